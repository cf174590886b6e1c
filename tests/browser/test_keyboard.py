"""A day's work by keyboard alone: where the focus is, what a key does, what it must not do."""

import re

import pytest
from playwright.sync_api import expect

from playbooks.models import Task
from tests.page_house import NOW, add_task


def state_of(title):
    return Task.objects.get(title=title).state


def test_enter_in_the_note_leads_to_the_outcomes_and_chooses_none(desk):
    desk.keyboard.press("j")
    desk.keyboard.press("e")
    desk.keyboard.press("Shift+Tab")
    desk.keyboard.type("Spoke to their new lead.")
    desk.keyboard.press("Enter")
    expect(desk.locator(":focus")).to_have_text("Reached")
    assert state_of("Call Poorly") == "open"
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("Done: Call Poorly")
    task = Task.objects.get(title="Call Poorly")
    assert (task.outcome, task.note) == ("meeting_booked", "Spoke to their new lead.")


def test_enter_in_the_note_chooses_nothing_without_javascript(browser, desk, live_server):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(desk.context.cookies())
    page = context.new_page()
    task = Task.objects.get(title="Call Poorly")
    page.goto(f"/tasks/{task.pk}/")
    page.get_by_label("Note, if there is one to keep").press("Enter")
    expect(page).to_have_url(re.compile(rf"/tasks/{task.pk}/$"))
    assert state_of("Call Poorly") == "open"
    context.close()


@pytest.mark.parametrize("page", ["", "tasks/"])
def test_tasks_of_an_account_are_walked_by_keyboard(desk, company, page):
    task = Task.objects.get(title="Call Poorly")
    add_task(task.account, company, title="Write to Poorly", due=NOW)
    desk.goto(f"/accounts/{task.account.external_id}/{page}")
    desk.keyboard.press("j")
    expect(desk.locator(":focus")).to_have_text("Call Poorly")
    desk.keyboard.press("j")
    expect(desk.locator(":focus")).to_have_text("Write to Poorly")
    desk.keyboard.press("o")
    expect(desk.get_by_role("heading", name="Write to Poorly")).to_be_visible()


def test_the_focus_stays_in_the_list_when_its_only_task_is_done(desk):
    desk.goto("/accounts/poorly/tasks/")
    desk.keyboard.press("j")
    desk.keyboard.press("e")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-row]")).to_contain_text("Done: Reached")
    expect(desk.locator(":focus")).to_have_text("Call Poorly")
    expect(desk.locator("#account-head")).to_contain_text("Nothing planned")


@pytest.mark.parametrize("key", ["e", "s", "x"])
def test_a_key_without_a_chosen_row_chooses_the_first_and_opens_nothing(desk, key):
    desk.keyboard.press(key)
    expect(desk.locator(":focus")).to_have_text("Poorly Instruments")
    expect(desk.locator("[data-float]")).to_have_count(0)


def test_a_refused_skip_keeps_the_focus_where_the_error_is(desk):
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    desk.keyboard.type("   ")
    desk.keyboard.press("Enter")
    row = desk.locator("[data-row]", has_text="Call Poorly")
    expect(row.get_by_role("alert")).to_have_text(re.compile("Say why it is not needed"))
    expect(row.get_by_label("Why is it not needed?")).to_be_focused()
    expect(row.get_by_label("Why is it not needed?")).to_have_accessible_description(
        re.compile("Say why it is not needed")
    )
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-float]")).to_have_count(0)
    expect(row.get_by_label("Skip")).to_be_focused()


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_a_form_beside_a_row_closes_when_the_focus_leaves_it(desk, key):
    desk.keyboard.press("j")
    desk.keyboard.press("e")
    for _ in range(12):
        desk.keyboard.press(key)
    expect(desk.locator("[data-float]")).to_have_count(0)


def test_escape_closes_a_form_whose_button_holds_the_focus(desk):
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    desk.keyboard.press("Shift+Tab")
    expect(desk.locator(":focus")).to_have_text("Complete")
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-float]")).to_have_count(0)
    expect(desk.locator(":focus")).to_have_attribute(
        "aria-label", "Skip: Call Poorly, Poorly Instruments"
    )


def test_a_menu_closes_when_the_focus_leaves_it(desk):
    menu = desk.locator("summary.avatar")
    menu.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Sign out")).to_be_visible()
    for _ in range(8):
        desk.keyboard.press("Tab")
    expect(desk.locator("details[data-menu][open]")).to_have_count(0)


@pytest.mark.parametrize(
    ("page", "link", "kept"),
    [
        ("/portfolio/", "nav[aria-label=Bands] a >> nth=1", "band-intervene"),
        ("/portfolio/", "thead a >> text=ARR", "sort-arr"),
        ("/tasks/", "#task-tabs a >> text=Overdue", "view-overdue"),
    ],
)
def test_a_link_that_changes_its_list_keeps_the_focus(desk, page, link, kept):
    desk.goto(page)
    desk.locator(link).focus()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"\?"))
    expect(desk.locator(f"#{kept}")).to_be_focused()


def test_the_last_page_leaves_the_focus_in_the_list(desk, company, monkeypatch):
    monkeypatch.setattr("cs_platform.pages.portfolio.views.PAGE_SIZE", 1)
    desk.goto("/portfolio/")
    desk.get_by_role("link", name="Next").focus()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"page=2"))
    expect(desk.locator("#page-next")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"page=3"))
    expect(desk.locator("#portfolio")).to_be_focused()


def test_a_link_that_has_just_appeared_changes_the_list_and_not_the_page(desk, monkeypatch):
    """Who presses Enter twice is faster than a list that would settle later than it shows."""
    monkeypatch.setattr("cs_platform.pages.portfolio.views.PAGE_SIZE", 1)
    desk.goto("/portfolio/")
    desk.evaluate("""() => {
        window.isTheSamePage = true;
        const again = () => setTimeout(() => document.getElementById("page-next").click());
        document.addEventListener("htmx:afterSwap", again, { once: true });
    }""")
    desk.get_by_role("link", name="Next").click()
    expect(desk).to_have_url(re.compile(r"page=3"))
    assert desk.evaluate("window.isTheSamePage") is True
