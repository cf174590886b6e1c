"""CS ops builds a playbook from nothing, by forms alone, tries it and publishes it; a fall starts
its play. axe finds nothing on the way, in light and dark, wide and at 390 px."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, User
from health.models import ThresholdCrossing
from health.queries.scorecards import in_force
from playbooks.engine import fire_signals
from playbooks.models import Play, Playbook, Task
from tests.browser.conftest import PASSWORD, sign_in
from tests.browser.test_access import SCREENS, too_wide, violations
from tests.crossings import a_crossing
from tests.emitting import emitted
from tests.page_house import DAY, NOW


@pytest.fixture
def open_page(browser, company, live_server):
    """A page of CS ops on a screen; several may be open."""
    User.objects.create_user("ops@demo.example", PASSWORD, name="Jun Rookdale", role="ops")
    contexts = []

    def opened(screen: str) -> Page:
        scheme, width = SCREENS[screen]
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            base_url=live_server.url,
            bypass_csp=True,  # axe is injected
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        sign_in(page, "ops")
        return page

    yield opened
    for context in contexts:
        context.close()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. Nothing starts by it before it is published.")).to_be_visible()


def build(page: Page) -> None:
    page.goto("/playbooks/new/")
    page.get_by_label("Name").fill("Ask after a slip")
    page.get_by_label("Key", exact=True).fill("ask_after_a_slip")
    page.get_by_role("button", name="Begin the draft").click()
    expect(page.get_by_text("Add a step: it does nothing yet.")).to_be_visible()
    page.get_by_role("link", name="Name and limits").click()
    page.get_by_label("What it does, in a sentence").fill("A slip is asked about once.")
    save(page)

    page.get_by_role("link", name="Add what starts it").click()
    page.get_by_role("button", name="The band changes").click()
    page.get_by_role("group", name="To one of").get_by_label("Watch").check()
    page.get_by_text("Its reason is gone when").click()
    page.get_by_role("group", name="The band is again").get_by_label("Healthy").check()
    save(page)

    page.get_by_role("link", name="Add the first step").click()
    page.get_by_role("button", name="Branch").press("Enter")
    expect(page.get_by_label("Title")).to_be_focused()
    page.get_by_label("Title").fill("Is it a large account?")
    page.get_by_label("ARR of at least").fill("50000")
    save(page)
    page.get_by_role("link", name="Add a step below step 1").click()
    page.get_by_role("button", name=re.compile("^Task ")).click()
    page.get_by_label("Title").fill("Call them")
    save_is_refused(page)
    page.get_by_label("Who", exact=True).select_option("csm")
    page.get_by_label("What is different once it is done").fill("Hear what changed.")
    page.get_by_label("How it is done").fill("Ask one open question.")
    save(page)


def save_is_refused(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Not saved. Everything you typed is still here.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Call them")
    expect(page.get_by_label("Who", exact=True)).to_be_focused()


def test_a_playbook_is_built_from_nothing_tried_published_and_starts_a_play(open_page):
    page = open_page("light")
    build(page)
    draft = Playbook.objects.get(key="ask_after_a_slip")
    poorly = Account.objects.get(external_id="poorly")
    ThresholdCrossing.objects.create(
        account=poorly, day=DAY, seq=1, kind="band", cause="moved", direction="down",
        from_band="healthy", to_band="watch", subject="score", created_at=NOW,
        scorecard_id=in_force()["four_inputs"].id,
    )  # fmt: skip
    assert violations(page) == []

    page.get_by_role("link", name="Dry run").click()
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_text("started once")).to_be_visible()
    expect(page.get_by_role("row", name="Poorly Instruments")).to_contain_text("Would have started")
    assert violations(page) == []

    page.get_by_role("link", name="Back to the flow").click()
    page.get_by_role("link", name="Publish v1").click()
    page.get_by_label("Why?").fill("Nobody asked before")
    page.get_by_role("button", name="Publish v1").click()
    expect(page.get_by_text("Ask after a slip v1 is in force.")).to_be_visible()
    assert violations(page) == []

    crossing = a_crossing(day=DAY)
    emitted(poorly, "health.crossed", key="fell", at=NOW, **crossing.to_json())
    fire_signals(limit=10, now=NOW)
    play = Play.objects.get(playbook__key="ask_after_a_slip")
    assert (play.account, play.playbook_id) == (poorly, draft.pk)
    page.goto("/accounts/poorly/tasks/")
    expect(page.get_by_text("Ask after a slip").first).to_be_visible()
    assert Task.objects.filter(play=play, title="Call them").exists()


@pytest.mark.parametrize("screen", ["dark", "phone"])
def test_its_pages_are_for_everybody_on_every_screen(open_page, screen):
    page = open_page(screen)
    build(page)
    draft = Playbook.objects.get(key="ask_after_a_slip")
    step = draft.steps.get(kind="branch")
    found = {}
    for address in (
        "/playbooks/",
        "/playbooks/text/",
        f"/playbooks/{draft.pk}/",
        f"/playbooks/{draft.pk}/add/step/",
        f"/playbooks/{draft.pk}/edit/step/{step.key}/",
        f"/playbooks/{draft.pk}/edit/about/",
        f"/playbooks/{draft.pk}/publish/",
        f"/playbooks/{draft.pk}/versions/",
        f"/playbooks/{draft.pk}/dry-run/",
    ):
        page.goto(address)
        if problems := [*violations(page), *(["too wide"] if too_wide(page) else [])]:
            found[address] = problems
    assert found == {}


def test_keys_add_move_and_take_back_a_step(open_page):
    """The same that links and buttons beside the steps do; the page lists them."""
    page = open_page("light")
    build(page)
    page.goto(f"/playbooks/{Playbook.objects.get(key='ask_after_a_slip').pk}/")
    page.get_by_text("Keys", exact=True).click()
    expect(page.get_by_text("Add a branch below it")).to_be_visible()

    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Is it a large account?")).to_be_focused()
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Branch")).to_be_focused()
    page.go_back()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_role("button", name=re.compile("^Wait")).press("Enter")
    page.get_by_label("Title").fill("Give them a week")
    page.get_by_label("Goes on after").fill("5")
    save(page)
    moved = page.locator(".flow-step", has_text="Give them a week").last
    page.get_by_role("link", name="Give them a week").focus()
    page.keyboard.press("u")
    expect(moved.get_by_role("button", name=re.compile("Move step .* down"))).to_be_visible()

    page.get_by_role("link", name="Give them a week").focus()
    page.keyboard.press("o")
    page.get_by_text("Remove", exact=True).click()
    page.get_by_role("button", name="Remove: Wait").click()
    expect(page.get_by_text("You removed the step “Give them a week”.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("link", name="Give them a week")).to_be_visible()
    expect(page.get_by_text("You removed the step")).to_have_count(0)
