"""The palette: one key opens it, one closes it, and it never leads where nothing is."""

import re

import pytest
from playwright.sync_api import expect

from tests.cards import install_playbooks
from tests.page_house import NOW


def ask(desk, words):
    """Typed once the first answer is there: htmx tells the console of a request it gives up."""
    desk.keyboard.press("/")
    expect(desk.locator("[role=option]").first).to_be_visible()
    desk.keyboard.type(words)


def test_one_escape_closes_it_whatever_is_typed(desk):
    ask(desk, "mostly")
    desk.keyboard.press("Escape")
    expect(desk.locator("#palette")).not_to_be_visible()


def test_enter_stays_and_says_so_where_nothing_is_called_that(desk):
    ask(desk, "zebra")
    desk.keyboard.press("Enter")
    none = desk.get_by_role("status").and_(desk.locator("#palette-none"))
    expect(none).to_have_text(re.compile("Nothing is called “zebra”"))
    desk.keyboard.press("Enter")
    expect(none).to_be_visible()
    assert desk.url.endswith("/today/")


def test_enter_waits_for_the_answer_to_what_was_typed(desk):
    ask(desk, "mostly")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"/accounts/mostly/$"))


@pytest.mark.parametrize(
    ("words", "button"), [("start play", "Start a play"), ("by hand", "Set the band by hand")]
)
@pytest.mark.parametrize("page", ["", "tasks/", "health/"])
def test_what_may_be_done_to_an_account_opens_ready(desk, words, button, page):
    install_playbooks(now=NOW)
    desk.goto(f"/accounts/poorly/{page}")
    ask(desk, words)
    desk.keyboard.press("Enter")
    menu = desk.locator("details[open]", has=desk.locator("summary", has_text=button))
    expect(menu.locator("form")).to_be_visible()
    expect(menu.locator("summary")).to_be_focused()
    expect(desk.locator("#palette")).not_to_be_visible()
