"""What is seen: where a row of tabs stands, what a long name leaves, where an arrow points."""

import pytest
from playwright.sync_api import expect

from accounts.models import Account
from health.models import CurrentHealth

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
