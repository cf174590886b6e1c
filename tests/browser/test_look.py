"""What is seen: where a row of tabs stands, what a long name leaves, where an arrow points."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Account, Contact, Installation, User
from health.models import CurrentHealth
from playbooks.engine.manual_start import start_play
from playbooks.library.catalogue import BY_KEY
from playbooks.publishing import install
from tests.browser.conftest import PASSWORD, sign_in
from tests.cards import install_playbooks
from tests.page_house import DAY, NOW

PHONE = {"width": 390, "height": 844}


def reaches(desk, inner, outer):
    """Whether all of one lies within the width of the other."""
    this, that = (desk.locator(name).first.bounding_box() for name in (inner, outer))
    return that["x"] <= this["x"] and this["x"] + this["width"] <= that["x"] + that["width"] + 1


@pytest.mark.parametrize("page", ["revenue/", "tasks/"])
def test_the_current_tab_is_seen_on_a_phone(desk, page):
    desk.set_viewport_size(PHONE)
    desk.goto(f"/accounts/poorly/{page}")
    assert reaches(desk, ".tabs [aria-current]", ".tabs")


def test_the_chosen_list_is_seen_on_a_phone(desk):
    desk.set_viewport_size(PHONE)
    desk.goto("/tasks/")
    desk.locator("#view-done").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#view-done")).to_have_attribute("aria-current", "true")
    assert reaches(desk, "#view-done", ".tabs")


def test_a_long_name_ends_in_dots_and_leaves_the_way_back(desk):
    Account.objects.filter(external_id="poorly").update(name="Poorly Instruments " * 4)
    desk.set_viewport_size(PHONE)
    desk.goto("/accounts/poorly/")
    assert reaches(desk, ".crumbs li:first-child > *:last-child", ".crumbs li:first-child")
    name = desk.locator(".crumbs [aria-current]")
    assert name.evaluate("e => getComputedStyle(e).textOverflow") == "ellipsis"
    assert name.evaluate("e => getComputedStyle(e).display") == "block"
    assert name.bounding_box()["width"] > 60


def test_the_arrow_of_opened_numbers_points_down(desk):
    desk.goto("/accounts/poorly/health/")
    desk.get_by_text("Show the numbers").first.click()
    turned = "e => [getComputedStyle(e).rotate, getComputedStyle(e).transform].join()"
    arrow = desk.locator(".chart-data[open] summary .icon").first
    assert arrow.evaluate(turned) == "90deg,none"


def test_a_band_set_by_hand_is_seen_in_the_portfolio(desk):
    CurrentHealth.objects.filter(account__external_id="poorly").update(effective_band="watch")
    desk.goto("/portfolio/")
    chip = desk.locator("[data-row]", has_text="Poorly").locator(".chip")
    expect(chip.locator(".icon")).to_have_count(2)
    expect(chip).to_contain_text("Set by hand; the computed band differs")


def test_an_opened_form_stands_clear_of_the_bar_on_a_phone(desk):
    desk.set_viewport_size(PHONE)
    desk.goto("/today/")
    for name in ("Poorly", "Finely", "Mostly"):
        row = desk.locator("[data-row]", has_text=f"Call {name}")
        row.get_by_text("Complete", exact=True).click()
        float_, rail = (desk.locator(each).bounding_box() for each in ("[data-float]", ".rail"))
        assert float_["y"] + float_["height"] <= rail["y"]
        desk.keyboard.press("Escape")


def test_a_menu_an_address_leads_to_stands_below_the_head(desk):
    desk.set_viewport_size({"width": 1440, "height": 500})
    desk.goto("/accounts/poorly/health/#set-band")
    expect(desk.locator("#set-band")).to_be_focused()
    head, menu = (desk.locator(each).bounding_box() for each in ("#account-head", "#set-band"))
    assert head["y"] + head["height"] <= menu["y"]


def test_paper_has_every_column_and_nothing_to_press(desk):
    desk.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
    desk.goto("/portfolio/")
    owner = desk.get_by_role("columnheader", name="Owner")
    expect(owner).to_be_hidden()
    desk.emulate_media(media="print")
    for column in ("7 days", "Renewal", "Owner", "Tasks"):
        expect(desk.get_by_role("columnheader", name=column)).to_be_visible()
    for pressed in (".filters", ".tabs", ".pagination", ".rail", ".topline"):
        expect(desk.locator(pressed).first).to_be_hidden()


def test_without_javascript_a_toast_lies_over_nothing(browser, desk, live_server):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(desk.context.cookies())
    page = context.new_page()
    page.goto("/tasks/")
    page.get_by_text("Complete", exact=True).first.click()
    page.get_by_role("button", name="Reached").click()
    toast, frame = (page.locator(each).bounding_box() for each in (".toast", ".frame"))
    assert toast["y"] + toast["height"] <= frame["y"]
    context.close()


# What scrolls sideways within its own part of the page.
SCROLLS = """
    () => [...document.querySelectorAll('.rail *, .table-wrap')]
        .filter((part) => part.clientWidth && part.scrollWidth > part.clientWidth + 1
            && ['auto', 'scroll'].includes(getComputedStyle(part).overflowX))
        .map((part) => part.outerHTML.slice(0, 120))
"""


@pytest.fixture
def started(company):
    """A play that started and a sequence that sent its first mail, besides what stands on the
    desk."""
    install_playbooks(now=NOW)
    install(entry=BY_KEY["inactive_14_days"], by=None, now=NOW)
    account = Account.objects.get(external_id="finely")
    Account.objects.filter(pk=account.pk).update(name="Finely Instruments International Holding")
    Contact.objects.create(
        account=account, external_id="bo", name="Bo Lind", email="bo@a.example", met_on=DAY
    )
    Installation.objects.update(product_url="https://app.acme.example/")
    ops = User.objects.create_user("ops@demo.example", PASSWORD, name="Jun Rookdale", role="ops")
    for key in ("at_risk", "inactive_14_days"):
        start_play(account=account, playbook_key=key, by=ops, now=NOW)
    return account


def test_lists_of_plays_keep_to_the_width_of_a_phone(started, desk):
    desk.set_viewport_size(PHONE)
    sign_in(desk, "ops")
    for page, said in (
        ("/plays/starts/?view=started&whose=all", "Recover an account at risk"),
        ("/playbooks/library/", "Onboard in a group"),
        ("/sequences/", "Running"),
    ):
        desk.goto(page)
        expect(desk.get_by_text(said).locator("visible=true").first).to_be_visible()
        assert desk.evaluate(SCROLLS) == [], page


def test_a_phone_has_the_pages_that_do_not_fit_in_a_menu(started, desk):
    desk.set_viewport_size(PHONE)
    sign_in(desk, "ops")
    assert desk.evaluate(SCROLLS) == []
    expect(desk.get_by_role("link", name="Imports")).to_be_hidden()
    desk.locator(".rail-more summary").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    expect(desk.locator(".rail-more .menu-item:focus")).to_have_count(1)
    desk.get_by_role("link", name="Imports").click()
    expect(desk).to_have_url(re.compile("/imports/"))
    expect(desk.locator(".rail-more summary")).to_have_attribute("aria-current", "true")
    desk.set_viewport_size({"width": 1280, "height": 800})
    expect(desk.get_by_text("More", exact=True)).to_be_hidden()
    expect(desk.locator(".rail").get_by_role("link", name="Imports")).to_be_visible()


def test_a_phone_says_when_an_account_renews(desk):
    desk.set_viewport_size(PHONE)
    desk.goto("/portfolio/")
    row = desk.locator("[data-row]", has_text="Poorly")
    expect(row.get_by_text("in 90 days").locator("visible=true")).to_have_count(1)
    desk.set_viewport_size({"width": 1440, "height": 900})
    expect(row.get_by_text("in 90 days").locator("visible=true")).to_have_count(1)
