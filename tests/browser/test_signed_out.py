"""A tab left open overnight: the session is gone, and what is typed into it is not."""

from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from playbooks.models import Task
from tests.browser.conftest import AXE, PASSWORD, sign_in_by_form

NOTE = "They want <three> more seats"


def violations(desk):
    desk.evaluate(AXE.read_text())
    return desk.evaluate("axe.run().then(found => found.violations.map(rule => rule.id))")


def test_a_note_typed_after_the_session_ran_out_is_kept_and_saved(desk, errors):
    desk.context.clear_cookies()
    sign_in_by_form(desk)
    Session.objects.all().delete()
    row = desk.locator("[data-row]", has_text="Call Poorly")
    row.get_by_text("Complete", exact=True).click()
    row.get_by_label("Note, if there is one to keep").fill(NOTE)
    row.get_by_role("button", name="Meeting booked").click()

    expect(desk.get_by_text("You were signed out before what you typed was saved.")).to_be_visible()
    assert NOTE not in desk.content()
    assert violations(desk) == []
    desk.get_by_label("E-mail").fill("csm@demo.example")
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in").click()

    expect(desk.get_by_role("heading", name="You were signed out before this")).to_be_visible()
    expect(desk.locator("main")).to_contain_text(NOTE)
    expect(desk.locator("main")).to_contain_text("Call Poorly")
    assert Task.objects.get(title="Call Poorly").state == "open"
    assert violations(desk) == []
    desk.get_by_role("button", name="Save it now").click()

    expect(desk.locator("#toasts")).to_contain_text("Done: Call Poorly")
    assert desk.url.endswith("/today/")
    task = Task.objects.get(title="Call Poorly")
    assert (task.outcome, task.note) == ("meeting_booked", NOTE)
    # Chromium writes down that a part was answered with 401, which is what sends it to the log-in.
    assert len(errors) == 1
    assert "401" in errors.pop()
