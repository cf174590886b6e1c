"""What of a report is overdue is told apart: the rates as if it were lost, and the terms."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from health.models import ClosedDay
from metrics.definitions import Method, Rate
from metrics.queries.overview import overview
from metrics.snapshots import take_snapshots
from tests.metrics.pages import get, names_in, text_of
from tests.metrics.test_executive_csv import download
from tests.metrics.world import at, contract

TODAY = date(2025, 6, 15)
AS_OF = date(2025, 6, 14)
END = date(2025, 5, 20)


@pytest.fixture
def accounts(company, people):
    """Ada's 60,000 ended on 20 May; Bly's 40,000 grew to 50,000; Cyd came in March."""
    ada, bly, cyd = (company.account(name, owner=people["alice"]) for name in ("Ada", "Bly", "Cyd"))
    company.post(ada, date(2024, 1, 1), "new", 60_000_00)
    company.post(bly, date(2024, 1, 1), "new", 40_000_00)
    company.post(bly, date(2025, 2, 1), "expansion", 10_000_00)
    company.post(cyd, date(2025, 3, 1), "new", 5_000_00)
    contract(ada, 1, END, 60_000_00)
    contract(bly, 2, date(2025, 12, 31), 50_000_00)
    return ada, bly, cyd


def report(user, method=Method.BY_ACCOUNT, as_of=AS_OF):
    return overview(user=user, base="USD", as_of=as_of, today=TODAY, zone="UTC", method=method)


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("stored", [False, True])
def test_the_rates_without_what_is_overdue(people, accounts, method, stored):
    if stored:
        close(AS_OF)
    found = report(people["eva"], method)
    assert [found.rate(rate) for rate in Rate] == [Fraction(110, 100), 1, 1]
    without = found.overdue.without
    assert (found.overdue.accounts, found.overdue.arr) == (1, 60_000_00)
    # 50,000 ÷ 100,000; GRR (100,000 − 60,000) ÷ 100,000; one of two logos.
    assert [without.rate(rate) for rate in Rate] == [
        Fraction(50, 100),
        Fraction(40, 100),
        Fraction(1, 2),
    ]
    assert found.latest.total.bridge.end - without.bridge.end == 60_000_00


def close(day):
    ClosedDay.objects.create(day=day, closed_at=at(day))
    take_snapshots(day=day)


def test_a_stored_day_tells_it_without_reading_contracts(people, accounts):
    close(AS_OF)
    with CaptureQueriesContext(connection) as asked:
        assert report(people["eva"]).overdue.arr == 60_000_00
    assert not [query["sql"] for query in asked if "accounts_contract" in query["sql"]]
    with CaptureQueriesContext(connection) as asked:
        assert report(people["mona"]).overdue.arr == 60_000_00
    assert [query["sql"] for query in asked if "accounts_contract" in query["sql"]]


def test_a_change_below_what_is_overdue_is_seen_at_once(people, accounts):
    close(AS_OF)
    contracts = accounts[0].contracts
    contracts.filter(external_id="c1").update(state="renewed", closed_on=AS_OF)
    assert report(people["eva"]).overdue is None
    take_snapshots(day=AS_OF)
    assert report(people["eva"]).overdue is None
    contracts.filter(external_id="c1").update(state="active", closed_on=None)
    assert report(people["eva"]).overdue.arr == 60_000_00


def test_rates_of_the_window_edited_since_are_not_those_it_was_kept_at(company, people, accounts):
    """As of 14 June, the report converts at the rates of 31 May."""
    company.rate("EUR", "1.10")
    company.rate("EUR", "1.20", since=date(2025, 6, 1))
    dee = company.account("Dee", owner=people["alice"])
    company.post(dee, date(2024, 1, 1), "new", 10_000_00, currency="EUR")
    contract(dee, 9, END, 10_000_00, currency="EUR")
    close(AS_OF)
    assert report(people["eva"]).overdue.arr == 71_000_00
    company.rate("EUR", "1.05", since=date(2025, 5, 1))
    assert report(people["eva"]).overdue.arr == 70_500_00


def test_an_account_that_grew_loses_its_growth_first_by_account(company, people, accounts):
    """Bly at 50,000 has an overdue line of 20,000: 30,000 are left of its 40,000."""
    contract(accounts[1], 3, END, 20_000_00)
    gross = {
        method: report(people["eva"], method).overdue.without.rate(Rate.GRR) for method in Method
    }
    assert gross == {
        Method.BY_ACCOUNT: Fraction(30, 100),
        Method.BY_MOVEMENTS: Fraction(100 - 60 - 20, 100),
    }


@pytest.mark.parametrize(
    "change",
    [
        {"state": "renewed", "closed_on": AS_OF},
        {"auto_renew": True, "renewal_on": date(2026, 5, 20)},
        {"cancelled_on": END, "notice_given_on": date(2025, 5, 1)},
    ],
)
def test_what_is_decided_is_not_overdue(people, accounts, change):
    type(accounts[0].contracts.get()).objects.filter(external_id="c1").update(**change)
    assert report(people["eva"]).overdue is None


def test_short_terms_are_overdue_too_for_at_most_their_length(company, people, accounts):
    found = accounts[2].contracts.create(
        external_id="m", starts_on=END - timedelta(days=31), ends_on=date(2025, 5, 31),
        arr_minor=5_000_00, currency="USD", learned_at="2025-05-01T00:00Z",
    )  # fmt: skip
    assert report(people["eva"]).overdue.arr == 65_000_00
    found.starts_on = date(2025, 5, 21)
    found.save()
    assert report(people["eva"]).overdue.arr == 60_000_00


def test_page_list_and_file_tell_it_apart(client, people, accounts):
    shown = text_of(get(client, people["eva"], "executive", f"?as_of={AS_OF}"))
    assert "of which overdue 1 account, $60k : NRR 50.0% without" in shown
    assert "50.0% without what is overdue" in shown
    listed = get(client, people["eva"], "executive_renewals", f"?overdue=1&as_of={AS_OF}")
    assert names_in(listed) == ["Ada"]
    assert "Overdue in the report" in text_of(listed)
    (row,) = download(client, people["eva"], "executive_renewals", f"?overdue=1&as_of={AS_OF}")
    assert (row["Contract"], row["ARR"]) == ("c1", "60000.00")
    rows = download(client, people["eva"], "executive", f"?as_of={AS_OF}")
    found = {(row["Section"], row["Figure"], row["Part"]): row["Value"] for row in rows}
    assert found["ARR bridge", "End", "of which overdue"] == "60000.00"
    assert found["Retention", "Gross revenue retention", "without overdue"] == "40.0000"


def test_nothing_is_said_where_nothing_is_overdue(client, people, book):
    shown = text_of(get(client, people["eva"], "executive"))
    assert "overdue" not in shown.lower().split("quarter to ")[0]
