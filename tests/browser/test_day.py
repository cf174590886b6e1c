"""A CSM's morning in a real browser, under the real Content-Security-Policy."""

import re

import pytest
from playwright.sync_api import expect

from playbooks.models import Task


def test_a_task_is_completed_in_place(desk):
    row = desk.locator("[data-row]", has_text="Call Poorly")
    row.get_by_text("Complete", exact=True).click()
    row.get_by_role("button", name="Meeting booked").click()
    expect(row).to_contain_text("Done: Meeting booked")
    expect(desk.locator("#toasts")).to_contain_text("Done: Call Poorly")
    assert desk.url.endswith("/today/")
    assert Task.objects.get(title="Call Poorly").outcome == "meeting_booked"


def test_the_queue_is_worked_by_keyboard_alone(desk):
    desk.keyboard.press("j")
    expect(desk.locator(":focus")).to_have_text("Poorly Instruments")
    desk.keyboard.press("j")
    expect(desk.locator(":focus")).to_have_text("Finely Instruments")
    desk.keyboard.press("k")
    desk.keyboard.press("s")
    expect(desk.locator(":focus")).to_have_text("Tomorrow")
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("Snoozed: Call Poorly")
    assert Task.objects.get(title="Call Poorly").state == "snoozed"


def test_a_skip_without_a_reason_is_asked_for_one(desk):
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    desk.keyboard.type("They called us first.")
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("Skipped: Call Poorly")
    assert Task.objects.get(title="Call Poorly").reason == "They called us first."


def test_the_choices_of_a_task_open_and_close_by_keyboard(desk):
    desk.keyboard.press("j")
    desk.keyboard.press("e")
    expect(desk.locator(":focus")).to_have_text("Reached")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator(":focus")).to_have_text("Meeting booked")
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-float]")).to_have_count(0)
    expect(desk.locator(":focus")).to_have_text("Complete")


def test_counts_above_the_queue_follow_what_is_done(desk):
    expect(desk.locator("#today-overdue .tile-value")).to_have_text("3")
    row = desk.locator("[data-row]", has_text="Call Mostly")
    row.get_by_text("Complete", exact=True).click()
    row.get_by_role("button", name="Declined").click()
    expect(desk.locator("#today-overdue .tile-value")).to_have_text("2")


def test_what_the_list_of_tasks_counts_follows_what_is_done(desk):
    desk.goto("/tasks/?view=overdue")
    expect(desk.locator("#task-tabs .tab-count")).to_have_text("3")
    row = desk.locator("[data-row]", has_text="Call Mostly")
    row.get_by_text("Complete", exact=True).click()
    row.get_by_role("button", name="Declined").click()
    expect(desk.locator("#task-tabs .tab-count")).to_have_text("2")
    expect(row).to_contain_text("Done: Declined")


def test_the_head_of_an_account_follows_what_is_done(desk):
    task = Task.objects.get(title="Call Mostly")
    desk.goto(f"/accounts/{task.account.external_id}/tasks/")
    head = desk.locator("#account-head")
    expect(head.locator(".tab-count")).to_have_text("1")
    expect(head.locator(".next-action")).to_contain_text("Call Mostly")
    desk.get_by_text("Complete", exact=True).click()
    desk.get_by_role("button", name="Declined").click()
    expect(head.locator(".tab-count")).to_have_count(0)
    expect(head.locator(".next-action")).to_contain_text("Nothing planned")


def test_the_portfolio_filters_in_place_and_the_address_follows(desk):
    desk.goto("/portfolio/")
    desk.get_by_role("searchbox", name="Account name").press_sequentially("fine")
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk).to_have_url(re.compile(r"q=fine"))
    desk.reload()
    expect(desk.locator("tbody tr")).to_have_count(1)


def test_the_portfolio_sorts_and_back_goes_back(desk):
    desk.goto("/portfolio/")
    desk.get_by_role("link", name="ARR").click()
    expect(desk).to_have_url(re.compile(r"sort=-arr"))
    desk.get_by_role("navigation", name="Bands").get_by_role("link", name="Intervene").click()
    expect(desk.locator("tbody tr")).to_have_count(1)
    desk.go_back()
    expect(desk.locator("tbody tr")).to_have_count(3)
    expect(desk.locator("nav.rail")).to_have_count(1)


def test_an_account_opens_from_its_row_to_its_health(desk):
    desk.goto("/portfolio/")
    desk.get_by_role("link", name="Poorly Instruments").click()
    desk.get_by_role("navigation", name="Account").get_by_role("link", name="Health").click()
    expect(desk).to_have_url(re.compile(r"/accounts/poorly/health/$"))
    expect(desk.locator("svg.chart-history")).to_be_visible()
    expect(desk.get_by_role("heading", name="Why did it move?")).to_be_visible()


def test_the_theme_is_kept_over_a_reload(desk):
    desk.locator("summary.avatar").click()
    desk.get_by_role("button", name="Dark").click()
    desk.reload()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")


def test_signing_out_closes_the_door(desk):
    desk.locator("summary.avatar").click()
    desk.get_by_role("button", name="Sign out").click()
    desk.wait_for_url("**/login/")
    desk.goto("/today/")
    expect(desk).to_have_url(re.compile(r"/login/\?next=/today/"))


@pytest.mark.parametrize("path", ["/today/", "/portfolio/", "/tasks/", "/accounts/poorly/health/"])
def test_pages_work_without_javascript(browser, desk, path, live_server):
    cookies = desk.context.cookies()
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(path)
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator(".needs-js:visible")).to_have_count(0)
    context.close()


def test_a_task_is_completed_without_javascript(browser, desk, live_server):
    cookies = desk.context.cookies()
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto("/tasks/")
    row = page.locator("[data-row]", has_text="Call Poorly")
    row.get_by_text("Complete", exact=True).click()
    expect(page.get_by_role("heading", name="Call Poorly")).to_be_visible()
    page.get_by_role("button", name="Reached").click()
    expect(page.locator("#toasts")).to_contain_text("Done: Call Poorly")
    expect(page).to_have_url(re.compile(r"/tasks/$"))
    context.close()
