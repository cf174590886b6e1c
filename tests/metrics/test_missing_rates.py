"""An amount that no rate converts is in no sum; everything else is shown, stored and exported."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import Job
from cs_platform.models import StepRun
from cs_platform.scheduling import schedule
from cs_platform.scheduling.job_runner import run_job
from metrics.models import ReportDay, SnapshotMonth
from metrics.snapshots import day_to_refresh, take_snapshots
from tests.metrics.pages import ROUTES, get, text_of
from tests.metrics.test_executive_csv import download
from tests.metrics.test_report_days import everything, is_stored
from tests.metrics.world import CLOSED, MONTH_END, contract

LEFT_OUT = "Not in these sums: CHF 50.00 of 1 account. No rate brings CHF into USD."
EARLY = "CHF converted at the first known rate, of 5 Jun 2025."
FEBRUARY = date(2025, 2, 1)


@pytest.fixture
def franc(company, world):
    """Ada's 44,000 dollars, and 50 francs; a contract of 70 francs."""
    company.post(world[0], FEBRUARY, "expansion", 50_00, currency="CHF")
    contract(world[0], 9, date(2025, 6, 20), 70_00, currency="CHF")


@pytest.fixture(params=["computed", "stored"])
def shown(request, franc):
    if request.param == "stored":
        take_snapshots(day=CLOSED)


@pytest.mark.parametrize("route", ROUTES)
def test_every_page_shows_what_converts_and_names_the_rest(client, people, shown, route):
    page = text_of(get(client, people["eva"], route, ROUTES[route]))
    assert LEFT_OUT in page
    assert "$" in page
    assert "CS ops can add a rate in Admin, currency rates." in page


@pytest.mark.parametrize("route", ROUTES)
def test_who_may_add_a_rate_is_led_there(client, people, franc, route):
    page = get(client, people["otto"], route, ROUTES[route]).content.decode()
    assert 'href="/admin/accounts/currencyrate/add/?base=USD&amp;currency=CHF"' in page


def test_the_figures_are_those_of_what_converts(client, people, shown):
    page = text_of(get(client, people["eva"], "executive"))
    # Start 50,000 and 333.33 euros at 1.105, 368.33; end 51,868.33: 51,868.33 ÷ 50,368.33.
    assert "Net revenue retention 103.0%" in page
    for step in ("Start $50,368.33", "Expansion $4,000.00", "End $51,868.33"):
        assert step in page


def test_with_a_rate_it_counts(client, company, people, shown):
    company.rate("CHF", "1.1")
    take_snapshots(day=CLOSED)
    page = text_of(get(client, people["eva"], "executive"))
    assert "Expansion $4,055.00" in page
    assert "Not in these sums" not in page


def test_an_account_and_a_contract_say_what_they_are_without(client, people, shown):
    health = text_of(get(client, people["eva"], "executive_health"))
    assert "$44,000.00 without CHF" in health
    renewals = get(client, people["eva"], "executive_renewals").content.decode()
    row = renewals.split('id="contract-c9"')[1].split("</tr>")[0]
    assert "without CHF" in row
    assert "$" not in row


def test_the_week_counts_a_movement_that_nothing_converts(client, company, people, world):
    company.post(world[0], date(2025, 6, 12), "expansion", 50_00, currency="CHF")
    page = text_of(get(client, people["eva"], "executive_changes", "?change=gained"))
    # 77.77 euros at 1.105 are 85.94 dollars.
    assert "All 2 +$85.94" in page
    assert LEFT_OUT in page


@pytest.mark.parametrize("route", ROUTES)
def test_a_csv_says_what_its_page_says(client, people, shown, route):
    rows = download(client, people["eva"], route, ROUTES[route])
    said = [value for row in rows for value in row.values() if value == LEFT_OUT]
    assert said == [LEFT_OUT]
    if route != "executive":
        assert next(iter(rows[-1].values())) == LEFT_OUT


def test_a_csv_leaves_empty_what_has_no_amount(client, people, shown):
    rows = download(client, people["eva"], "executive_renewals", "")
    (row,) = [row for row in rows if row.get("Contract") == "c9"]
    assert (row["ARR"], row["Expected"], row["Without"]) == ("", "", "CHF")
    rows = download(client, people["eva"], "executive_health", "")
    (row,) = [row for row in rows if row["Account"] == "Ada"]
    assert (row["ARR"], row["Without"]) == ("44000.00", "CHF")


def test_a_list_of_movements_adds_up_without_what_has_no_rate(client, people, shown):
    rows = download(client, people["eva"], "executive_movements", "?figure=expansion")
    amounts = [row["Amount"] for row in rows if row["Currency"]]
    assert amounts == ["4000.00"]


def test_a_contract_alone_is_named_too(client, people, world):
    contract(world[0], 9, date(2025, 6, 20), 70_00, currency="CHF")
    page = text_of(get(client, people["eva"], "executive_renewals"))
    assert "Not in these sums: CHF 70.00 of 1 account." in page


def test_what_came_and_went_is_named_without_an_amount(client, company, people, world):
    company.post(world[0], date(2024, 1, 1), "expansion", 50_00, currency="CHF")
    company.post(world[0], FEBRUARY, "contraction", 50_00, currency="CHF")
    page = text_of(get(client, people["eva"], "executive"))
    assert "Not in these sums: CHF of 1 account." in page


def test_nobody_is_told_of_accounts_they_do_not_see(client, company, people, world):
    company.post(world[1], FEBRUARY, "expansion", 50_00, currency="CHF")
    assert "Not in these sums" not in text_of(get(client, people["mona"], "executive"))
    assert LEFT_OUT in text_of(get(client, people["eva"], "executive"))


def test_what_was_not_known_yet_is_not_left_out(client, company, people, world):
    company.post(
        world[0], FEBRUARY, "expansion", 50_00, currency="CHF", learned_on=date(2025, 6, 1)
    )
    page = text_of(get(client, people["eva"], "executive", "?known_on=2025-05-31"))
    assert "Not in these sums" not in page


def test_revenue_in_nothing_but_a_currency_without_a_rate_is_no_empty_page(client, company, people):
    company.post(company.account("Alp"), FEBRUARY, "new", 50_00, currency="CHF")
    page = text_of(get(client, people["eva"], "executive"))
    assert LEFT_OUT in page
    assert "No revenue by this day" not in page


@pytest.mark.parametrize("route", ROUTES)
def test_an_early_rate_is_marked(client, company, people, franc, route):
    company.rate("CHF", "1.1", since=date(2025, 6, 5))
    assert EARLY in text_of(get(client, people["eva"], route, ROUTES[route]))
    rows = download(client, people["eva"], route, ROUTES[route])
    assert [value for row in rows for value in row.values()].count(EARLY) == 1
    company.rate("CHF", "1.2", since=MONTH_END)
    assert "first known rate" not in text_of(get(client, people["eva"], route, ROUTES[route]))


@pytest.mark.parametrize("day", [MONTH_END, CLOSED])
def test_a_stored_day_answers_as_a_computed_one(people, franc, day):
    computed = everything(people["eva"], day=day)
    take_snapshots(day=CLOSED)
    assert is_stored(day)
    assert everything(people["eva"], day=day) == computed


def run_night(day):
    """The snapshots of that night and what comes after them, as its jobs do."""
    now = datetime.now(UTC)
    schedule.plan(day=day)
    snapshots = StepRun.objects.get(day=day, step="snapshots")
    StepRun.objects.filter(day=day, position__lt=snapshots.position).update(finished_at=now)
    schedule.enqueue_next_steps(day=day, now=now)
    while jobs := list(Job.objects.filter(kind=schedule.JOB_KIND, state="new")):
        for job in jobs:
            assert run_job(job.pk)
    return StepRun.objects.get(pk=snapshots.pk)


def test_a_night_stores_what_converts(franc):
    assert run_night(CLOSED).failure == ""
    assert set(ReportDay.objects.values_list("day", flat=True)) == {MONTH_END, CLOSED}
    assert SnapshotMonth.objects.filter(month=MONTH_END).exists()
    assert day_to_refresh() is None
