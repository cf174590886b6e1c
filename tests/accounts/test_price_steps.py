"""Rows that share a deal are one contract whose price steps: a ramp, free months."""

import itertools
from datetime import date, timedelta

import pytest

from accounts.loading import renew_and_expire
from accounts.models import Account, Contract, RevenueMovement
from tests.accounts.loading import NOW, account, contract, load_raw
from tests.accounts.test_loading_terms import sums

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)
RAMP = [
    contract("r1", "2025-01-01", "2025-04-01", "0.00", deal="d"),
    contract("r2", "2025-04-01", "2026-01-01", "40000.00", deal="d"),
    contract("r3", "2026-01-01", "2026-10-01", "60000.00", deal="d"),
    contract("r4", "2026-10-01", "2027-01-01", "50000.00", deal="d"),
]
LEDGER = {
    (date(2025, 4, 1), "USD", "new"): 40_000_00,
    (date(2026, 1, 1), "USD", "expansion"): 20_000_00,
    (date(2026, 10, 1), "USD", "contraction"): -10_000_00,
}


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account())


def subtypes() -> set[tuple[str, str]]:
    rows = RevenueMovement.objects.filter(corrects=None, effective_on__gt=date(2025, 4, 1))
    return {(str(day), subtype) for day, subtype in rows.values_list("effective_on", "subtype")}


def rows_by_id(name: str) -> dict[str, object]:
    return dict(Contract.objects.values_list("external_id", name))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_a_ramp_is_one_contract_with_steps_of_price(order):
    load_raw("contracts", *(RAMP[n] for n in order), day=TODAY)
    assert sums("acme") == LEDGER
    assert subtypes() == {("2026-01-01", "price"), ("2026-10-01", "price")}
    assert rows_by_id("steps_on") == {
        "r1": date(2025, 4, 1), "r2": date(2026, 1, 1), "r3": date(2026, 10, 1), "r4": None,
    }  # fmt: skip
    assert set(rows_by_id("deal_starts_on").values()) == {date(2025, 1, 1)}
    found = Account.objects.get()
    # The last row runs for three months, the contract for two years.
    assert (found.arr_minor, found.renews_on) == (50_000_00, date(2027, 1, 1))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_rows_that_come_one_by_one_end_in_the_same_ledger(order):
    for n in order:
        load_raw("contracts", RAMP[n + 1], day=TODAY)
    assert sums("acme") == LEDGER


def test_overlapping_rows_of_a_deal_step_and_nobody_is_asked():
    """As CRMs write a ramp: each row to the end of the whole."""
    rows = [row | {"ends_on": "2027-01-01"} for row in RAMP]
    result = load_raw("contracts", *rows, day=TODAY)
    assert result.problems == []
    assert sums("acme") == LEDGER


def test_a_deal_ends_once():
    load_raw("contracts", *RAMP, day=TODAY)
    for days in range(1, 100):
        renew_and_expire(day=TODAY + timedelta(days=days), now=NOW)
    assert sums("acme") == LEDGER | {(date(2027, 1, 1), "USD", "churn"): -50_000_00}


def test_products_of_a_deal_are_lines_beside_each_other():
    rows = [
        contract("a", "2025-01-01", "2027-01-01", "10000.00", deal="d", product="Core"),
        contract("b", "2026-01-01", "2027-01-01", "5000.00", deal="d", product="More"),
        contract("c", "2026-01-01", "2027-01-01", "12000.00", deal="d", product="Core"),
    ]
    load_raw("contracts", *rows, day=TODAY)
    assert Account.objects.get().arr_minor == 17_000_00
    assert rows_by_id("steps_on") == {"a": date(2026, 1, 1), "b": None, "c": None}
    # More than a price changed on that day.
    assert subtypes() == {("2026-01-01", "")}


def test_what_renews_a_deal_follows_its_last_row():
    renewal = contract("next", "2027-03-15", "2028-03-15", "70000.00", renews="d")
    load_raw("contracts", *RAMP, renewal, day=date(2027, 4, 1))
    assert sums("acme") == LEDGER | {(date(2027, 3, 15), "USD", "expansion"): 20_000_00}


def test_an_uplift_of_an_automatic_renewal_is_a_step_of_price():
    auto = contract(
        "auto", "2025-01-01", "2026-01-01", "60000.00", auto_renew=True, uplift_percent="5"
    )
    load_raw("contracts", auto, day=TODAY)
    assert subtypes() == {("2026-01-01", "price")}
    late = contract("late", "2026-01-01", "2027-01-01", "66000.00", renews="auto")
    load_raw("contracts", late, day=TODAY)
    posted = RevenueMovement.objects.order_by("pk").values_list("amount_minor", "subtype")
    assert list(posted)[1:] == [(3_000_00, "price"), (-3_000_00, "price"), (6_000_00, "")]
