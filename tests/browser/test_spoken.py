"""What a screen reader is told: words appear in regions that are there before them."""

import re

from playwright.sync_api import expect

from accounts.models import User
from playbooks.models import Task
from tests.page_house import NOW

# Everything that is added to the region once the page has been read.
_LISTEN = """
    document.addEventListener("DOMContentLoaded", () => {
        new MutationObserver((changes) => {
            for (const change of changes) {
                for (const node of change.addedNodes) {
                    document.documentElement.dataset.said = node.textContent;
                }
            }
        }).observe(document.getElementById("toasts"), { childList: true });
    });
"""


def test_a_toast_is_said_where_the_last_one_was(desk):
    desk.evaluate("window.region = document.getElementById('toasts')")
    for name in ("Poorly", "Mostly"):
        row = desk.locator("[data-row]", has_text=f"Call {name}")
        row.get_by_text("Complete", exact=True).click()
        row.get_by_role("button", name="Reached").click()
        expect(desk.locator("#toasts")).to_contain_text(f"Done: Call {name}")
    assert desk.evaluate("window.region.isConnected && window.region.textContent.trim()")


def test_a_toast_after_a_redirect_is_said_once_the_page_is_there(desk):
    desk.add_init_script(_LISTEN)
    task = Task.objects.get(title="Call Poorly")
    desk.goto(f"/tasks/{task.pk}/")
    desk.get_by_role("button", name="Reached").click()
    said = re.compile("Done: Call Poorly")
    expect(desk.locator("html")).to_have_attribute("data-said", said)
    expect(desk.locator("[data-toast]")).to_have_count(1)


def test_whoever_is_too_late_with_a_task_hears_who_was_quicker(desk):
    row = desk.locator("[data-row]", has_text="Call Poorly")
    row.get_by_text("Complete", exact=True).click()
    colleague = User.objects.create_user("ola@demo.example", name="Ola Fern", role="ops")
    Task.objects.filter(title="Call Poorly").update(
        state="done", outcome="reached", closed_at=NOW, closed_by=colleague
    )
    row.get_by_role("button", name="Reached").click()
    said = "Ola Fern finished “Call Poorly” on 14 Mar 2025, 23:59."
    expect(desk.locator("#toasts")).to_contain_text(said)
    expect(row).to_contain_text("Reached")
    expect(desk.locator("[data-float]")).to_have_count(0)


def test_how_many_accounts_a_filter_leaves_is_said(desk):
    desk.goto("/portfolio/")
    said = desk.get_by_role("status").and_(desk.locator("#said"))
    expect(said).to_have_text("")
    desk.get_by_role("searchbox", name="Account name").press_sequentially("fine")
    expect(said).to_contain_text("1 account.")
    desk.get_by_role("searchbox", name="Account name").fill("nobody")
    expect(said).to_have_text("No account fits these filters.")


def test_how_many_tasks_a_filter_leaves_is_said(desk):
    desk.goto("/tasks/")
    desk.get_by_role("searchbox", name="Account name").press_sequentially("fine")
    expect(desk.locator("#said")).to_have_text("1 task.")
    desk.locator("#view-done").click()
    expect(desk.locator("#said")).to_have_text("No task fits.")


def test_what_comes_first_is_told_above_the_list_and_undone_from_there(desk):
    desk.goto("/portfolio/")
    above = desk.locator("#portfolio-order")
    expect(above).to_have_text(re.compile("What is most likely to be lost"))
    desk.locator("#sort-arr").click()
    expect(above).to_have_text(re.compile("The largest ARR comes first"))
    above.get_by_role("link", name="Put what is most at stake first").press("Enter")
    expect(above).to_have_text(re.compile("What is most likely to be lost"))
    expect(desk.locator("#portfolio")).to_be_focused()
