"""The first file of a CS-ops admin, in a real browser, from its upload to its last mended row."""

import re
import threading
import time

import pytest
from django.db import connection
from playwright.sync_api import expect

from accounts.models import Account, ImportRun, Job, RejectedRecord, User
from cs_platform.scheduling.job_runner import run_job
from tests.browser.conftest import PASSWORD, sign_in, watched
from tests.browser.test_access import SCREENS, violations

CRM = (
    b"Company ID,Company name,Website,CSM email,Seats,Create Date\n"
    b"poorly,Poorly Instruments,https://www.poorly.example/,csm@demo.example,25,17/04/2024\n"
    b"bolt,,bolt.example,csm@demo.example,12,03/04/2024\n"
    b"nut 1,Nut & Sons,nut.example,csm@demo.example,4,03/04/2024\n"
)


@pytest.fixture
def worker(transactional_db):
    """A worker that does what is due, until the test is over."""
    over = threading.Event()

    def work():
        try:
            while not over.is_set():
                for job_id in Job.objects.filter(state="new").values_list("pk", flat=True):
                    run_job(job_id)
                time.sleep(0.1)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.fixture
def ops(company):
    return User.objects.create_user("ops@demo.example", PASSWORD, name="Nia Ops", role="ops")


@pytest.fixture
def desk(browser, ops, live_server, errors):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url)
    page = watched(context, errors)
    sign_in(page, "ops", lead_to="/imports/")
    yield page
    context.close()
    assert errors == []


def _upload(page, name, content, *, field="#file"):
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.set_input_files(field, file)


def test_a_first_file_goes_in_and_what_was_refused_comes_back(desk, worker):
    expect(desk.get_by_text("Nothing has come in yet")).to_be_visible()
    _upload(desk, "companies.csv", CRM)
    expect(desk.get_by_role("heading", name="Match the columns")).to_be_visible()
    expect(desk.get_by_label("Create Date")).to_have_value("customer_since")

    # What a mapping lacks is seen while it is made.
    need = desk.locator("[data-need=name]")
    desk.get_by_label("Company name").select_option("")
    expect(need).not_to_have_class(re.compile("is-there"))
    left_out = desk.get_by_text("1 of 6 columns left out: Company name.")
    expect(left_out).to_be_visible()
    desk.get_by_label("Company name").select_option("name")
    expect(left_out).to_be_hidden()
    expect(need).to_have_class(re.compile("is-there"))
    desk.get_by_role("button", name="Check what would change").click()

    expect(desk.get_by_role("heading", name="This is what would change")).to_be_visible()
    expect(desk.locator("ins", has_text="25")).to_be_visible()
    assert Account.objects.get(external_id="poorly").seats is None
    desk.get_by_role("button", name="Import 1 account").click()

    expect(desk.get_by_role("heading", name="1 account imported, 2 to fix")).to_be_visible()
    assert Account.objects.get(external_id="poorly").seats == 25

    # One row is put right where it is listed …
    desk.get_by_role("link", name="Fix row 3").click()
    expect(desk.locator(":focus")).to_have_value("")
    desk.keyboard.type("Bolt Works")
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("Row 3 is in.")
    assert Account.objects.get(external_id="bolt").seats == 12

    # … the other one in a spreadsheet.
    with desk.expect_download() as waiting:
        desk.get_by_role("link", name="Download 1 row").click()
    body = waiting.value.path().read_bytes()
    assert b"nut 1,Nut" in body
    _upload(desk, "to-fix.csv", body.replace(b",nut 1,", b",nut-1,"))
    expect(desk.get_by_text("This file brings back rows that")).to_be_visible()
    desk.get_by_role("button", name="Check what would change").click()
    desk.get_by_role("button", name="Import 1 account").click()
    expect(desk.get_by_role("heading", name="1 account imported")).to_be_visible(timeout=20_000)
    assert not RejectedRecord.objects.filter(settled_at=None).exists()
    desk.goto("/imports/")
    expect(desk.locator("tbody tr")).to_have_count(2)
    expect(desk.get_by_text("Rows to fix")).to_have_count(0)


def test_a_file_is_dropped(desk):
    data = desk.evaluate_handle(
        "text => { const data = new DataTransfer();"
        " data.items.add(new File([text], 'companies.csv')); return data; }",
        CRM.decode(),
    )
    desk.dispatch_event("form[data-dropzone]", "drop", {"dataTransfer": data})
    expect(desk.get_by_role("heading", name="Match the columns")).to_be_visible()


def test_it_all_works_without_javascript(browser, desk, worker, live_server):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(desk.context.cookies())
    page = context.new_page()
    page.goto("/imports/")
    _upload(page, "companies.csv", CRM)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check what would change").click()
    page.get_by_role("button", name="Import 1 account").click()
    # A page without scripts asks again by itself.
    expect(page.get_by_role("heading", name="1 account imported, 2 to fix")).to_be_visible()
    context.close()


@pytest.fixture(params=SCREENS)
def screen(request, browser, ops, live_server):
    scheme, width = SCREENS[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        base_url=live_server.url,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def _look(page, found):
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    found[page.title()] = (violations(page), page.evaluate(wide))


def test_axe_finds_nothing_on_the_way_of_a_file(screen, worker):
    page, found = screen, {}
    sign_in(page, "ops", lead_to="/imports/")
    _look(page, found)
    _upload(page, "broken.csv", b"\xff\xfe\xff")
    page.wait_for_url("**/files/**")
    _look(page, found)
    page.goto("/imports/")
    _upload(page, "companies.csv", CRM)
    page.wait_for_url("**/files/**")
    _look(page, found)
    page.get_by_role("button", name="Check what would change").click()
    page.wait_for_url("**/check/")
    _look(page, found)
    page.goto(f"{page.url}?show=rejected")
    _look(page, found)
    page.get_by_role("button", name="Import 1 account").click()
    expect(page.get_by_role("heading", name="2 to fix")).to_be_visible(timeout=20_000)
    _look(page, found)
    page.get_by_role("link", name="Fix row 3").click()
    page.wait_for_url("**/records/**")
    _look(page, found)
    page.goto("/imports/?view=attention")
    _look(page, found)
    assert ImportRun.objects.count() == 1
    assert found == dict.fromkeys(found, ([], 0))


def test_overlapping_contracts_are_asked_about_with_the_keyboard(screen, worker):
    page, found = screen, {}
    sign_in(page, "ops", lead_to="/imports/")
    account = Account.objects.order_by("external_id").first().external_id
    rows = ((1, "2025-01-01", "2099-01-01", 60), (2, "2025-06-01", "2099-01-01", 70))
    body = "contract id,account,start,end,arr,currency\n" + "".join(
        f"overlap-{key},{account},{start},{end},{arr}000,USD\n" for key, start, end, arr in rows
    )
    _upload(page, "contracts.csv", body.encode())
    page.wait_for_url("**/files/**")
    page.get_by_label("Renewal date").check()
    page.get_by_role("button", name="Check what would change").click()
    page.wait_for_url("**/check/")
    _look(page, found)
    page.get_by_role("button", name="A later one replaces:").press("Enter")
    expect(page.get_by_role("button", name="Import 2 contracts")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="Change the columns").click()
    expect(page.get_by_label("Contracts that overlap")).to_have_value("true")
    _look(page, found)
    assert found == dict.fromkeys(found, ([], 0))
