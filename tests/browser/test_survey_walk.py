"""From the last step of an onboarding to the mail that says what changed, as those who live it see
it: the mail, the page on a phone, the CSM's and the manager's desk. With scripts and without.
"""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import expect

from accounts import clock
from accounts.models import Installation, OnboardingStep, OutreachPolicy, Team, User
from cs_platform.scheduling import nightly_steps, queues
from cs_platform.scheduling.job_kinds import HANDLERS, SURVEYS
from playbooks.models import Play, Task
from playbooks.publishing import install_library
from surveys.models import FollowUp, Invitation, Response, Survey
from surveys.publishing import install_surveys, publish
from tests.browser.conftest import PASSWORD, sign_in, watched
from tests.browser.test_access import violations
from tests.surveys.engine.house import customer, person

MONDAY = date(2026, 3, 9)
# The end of a day in UTC, which is when a frozen installation is, is an afternoon there.
THEIR_ZONE = "America/Los_Angeles"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def onboarded(transactional_db):
    """The last step was done on Monday; the survey about it is in force."""
    cache.clear()
    Installation.objects.update_or_create(pk=1, defaults={"name": "Tallis", "as_of": MONDAY})
    OutreachPolicy.objects.get_or_create(pk=1)
    begun = clock.now() - timedelta(days=60)
    install_library(now=begun)
    install_surveys(now=begun)
    publish(survey=Survey.objects.get(key="onboarding_csat"), by=None, now=begun)
    team = Team.objects.create(name="North")
    csm = User.objects.create_user(
        "csm@demo.example", PASSWORD, name="Ada Quill", role="csm", team=team
    )
    lead = User.objects.create_user("lead@demo.example", PASSWORD, name="Ivo Reed", role="manager")
    team.managers.add(lead)
    account = customer(
        "acme",
        people=0,
        owner=csm,
        time_zone=THEIR_ZONE,
        customer_since=MONDAY - timedelta(days=40),
    )
    person(account, "mira", roles=["champion"], language="en")
    for number in range(3):
        OnboardingStep.objects.create(
            account=account,
            key=f"s{number}",
            name=f"Step {number}",
            due_on=MONDAY - timedelta(days=20 - 10 * number),
            done_on=MONDAY - timedelta(days=20 - 10 * number),
        )
    return account


def pass_night(day):
    """The nights up to the one that opens `day`, and what the minutes of that day bring."""
    while (closed := Installation.current().as_of) < day:
        Installation.objects.update(as_of=closed + timedelta(days=1))
        shard = nightly_steps.Shard(closed, closed + timedelta(days=1), clock.now())
        nightly_steps.BY_NAME["surveys"].run(shard)
        work_queues()


def work_queues():
    """What the dispatcher and the workers do each minute, until nothing is left of it."""
    for _round in range(2):
        HANDLERS[SURVEYS].run(None)
        for name in ("signals", "surveys", "outbox"):
            while queues.BY_NAME[name].work():
                pass


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_last_step_to_the_mail_that_says_what_changed(
    browser, live_server, settings, errors, onboarded, has_scripts
):
    settings.BASE_URL = live_server.url
    pass_night(MONDAY + timedelta(days=2))
    (letter,) = mail.outbox
    assert letter.to == ["mira@acme.example"]
    assert Invitation.objects.get().state == "sent"

    answer_on_a_phone(browser, letter, errors, has_scripts=has_scripts)
    given = Response.objects.get()
    assert (given.value, given.comment) == (2, "Nobody told us <b>who</b> sets up the export.")

    work_queues()
    play = Play.objects.get()
    assert play.playbook_key == "checkpoint_onboarding"
    assert Task.objects.get(play=play, step__key="review").owner.name == "Ivo Reed"

    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    page = watched(context, errors)
    finds_the_mail(page, "Your start with Tallis")
    manager_has_the_task(browser, live_server, errors)
    closes_the_loop(page)
    pass_night(MONDAY + timedelta(days=15))
    assert FollowUp.objects.get().state == "told"
    assert [each.subject for each in mail.outbox[1:]] == ["What came of your answer"]
    finds_the_mail(page, "What came of your answer")
    expect(page.get_by_text("The export has an owner now")).to_be_visible()
    context.close()
    assert errors == []


def answer_on_a_phone(browser, letter, errors, *, has_scripts):
    """From the button in the mail, as it is shown, to thanks."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=has_scripts)
    page = watched(context, errors)
    ((html, _kind),) = letter.alternatives
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="2 of 5").click()
    expect(page.get_by_label("2", exact=True)).to_be_checked()
    assert not Response.objects.exists()
    page.get_by_label("What would have made the start easier?").fill(
        "Nobody told us <b>who</b> sets up the export."
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    context.close()


def finds_the_mail(page, subject):
    """In the list of what was sent to customers, and opens it."""
    sign_in(page, lead_to="/mail/?view=sent")
    page.get_by_role("link", name=f"{subject} to Mira").click()
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    expect(page.get_by_text("mira@acme.example")).to_be_visible()


def manager_has_the_task(browser, live_server, errors):
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    page = watched(context, errors)
    sign_in(page, "lead", lead_to="/tasks/")
    row = page.locator("[data-row]").filter(has_text="Go through the onboarding with the CSM")
    expect(row).to_contain_text("CSAT 2 of 5: “Nobody told us <b>who</b> sets up the export.”")
    row.get_by_role("link", name="Play: Repair the onboarding").click()
    expect(page.get_by_role("heading", name="Repair the onboarding").first).to_be_visible()
    context.close()


def closes_the_loop(page):
    page.goto("/surveys/follow-ups/?owner=me")
    assert violations(page) == []
    page.get_by_role("link", name="Acme: CSAT 2 of 5").click()
    expect(page.get_by_text("Nobody told us <b>who</b> sets up the export.")).to_be_visible()
    page.get_by_label("What is it about?").select_option("onboarding")
    page.get_by_role("button", name="Triage").click()
    page.get_by_label("What was changed").fill("The export has an owner now.")
    page.get_by_role("button", name="Note what changed").click()
    expect(page.get_by_label("Text")).to_have_value("Hello Mira,\n\nThe export has an owner now.")
    page.get_by_role("button", name="Close the loop").click()
    expect(page.get_by_text("Told the customer").first).to_be_visible()
    assert violations(page) == []
