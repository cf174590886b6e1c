"""From a crossing to a recovered play by keyboard: Today, the task, the play; under axe."""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts.models import Account
from health.models import CurrentHealth
from playbooks.engine import advance_plays, fire_signals
from playbooks.models import Play, Task
from tests.browser.conftest import sign_in, watched
from tests.browser.test_access import violations
from tests.cards import install_playbooks
from tests.crossings import passing
from tests.emitting import emitted
from tests.page_house import DAY, NOW


@pytest.fixture
def fallen(company):
    """The poor account passed below 40 yesterday: its play has begun."""
    install_playbooks(now=NOW)
    Task.objects.all().delete()
    account = Account.objects.get(external_id="poorly")
    told = passing("40", score="35.00", previous="48.00", day=DAY).to_json()
    stands(account, "35.00", "intervene")
    yesterday = NOW - timedelta(hours=30)
    emitted(account, "health.crossed", key="fall", at=yesterday, **told)
    fire_signals(limit=10, now=yesterday)
    return account


def stands(account, score, band):
    CurrentHealth.objects.filter(account=account).update(
        score=Decimal(score), band=band, effective_band=band, at_risk=band == "intervene"
    )


def focus_on(page, title):
    """Steps down to the row; each key moves the focus."""
    page.keyboard.press("j")
    for _ in range(20):
        row = page.locator("[data-row]:has(:focus)")
        if title in row.inner_text():
            return row
        page.keyboard.press("j")
    raise AssertionError(page.locator("main").inner_text())


def test_a_fall_is_worked_from_today_to_recovered_by_keyboard(browser, fallen, live_server, errors):
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    page = watched(context, errors)
    sign_in(page, lead_to="/today/")

    row = focus_on(page, "Review the account")
    page.keyboard.press("e")
    expect(page.locator(":focus")).to_have_text("Documented")
    page.keyboard.press("Enter")
    expect(row.or_(page.locator("#toasts"))).to_contain_text(["Done: Review the account"])
    assert Task.objects.get(title="Review the account").outcome == "documented"

    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Taken back: Review the account")
    assert Task.objects.get(title="Review the account").state == "open"
    focus_on(page, "Review the account")
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Done: Review the account")

    play = Play.objects.get(account=fallen)
    page.goto(f"/plays/{play.pk}/")
    expect(page.locator("main")).to_contain_text("The score went below 40")
    expect(page.locator("main")).to_contain_text("Closes itself when the score is 52")
    assert violations(page) == []

    stands(fallen, "61.00", "watch")
    advance_plays(limit=10, now=NOW)
    page.reload()
    expect(page.locator("main")).to_contain_text("Recovered: score 61.00, band watch.")
    assert violations(page) == []
    for address in ("/tasks/", "/tasks/new/", "/plays/starts/?view=started"):
        page.goto(address)
        assert violations(page) == [], address
    context.close()
    assert errors == []


def test_n_opens_the_form_of_a_new_task_for_the_account_one_is_at(desk):
    desk.goto("/accounts/poorly/tasks/")
    desk.keyboard.press("n")
    expect(desk.locator("[name=account]")).to_have_value("poorly")
    desk.keyboard.type("Send the plan")
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("Written down: Send the plan")
    assert desk.url.endswith("/accounts/poorly/tasks/")
    assert Task.objects.get(title="Send the plan").account.external_id == "poorly"


def test_the_ways_to_several_tasks_by_keyboard(desk):
    desk.goto("/tasks/")
    for box in desk.get_by_role("checkbox").all()[:2]:
        box.press("Space")
    desk.get_by_text("Several at once").press("Enter")
    desk.get_by_label("What came of them?").select_option("reached")
    desk.get_by_role("button", name="Complete them", exact=True).press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("2 tasks changed.")
    assert Task.objects.filter(state="done").count() == 2
