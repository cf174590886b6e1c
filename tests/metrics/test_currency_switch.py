"""A renewal in another currency: 60,000 dollars become 55,000 euros at 1.08, which is 59,400."""

import re
from datetime import date
from decimal import Decimal

import pytest

from accounts.models import CurrencyRate, RevenueMovement
from metrics.snapshots import take_snapshots
from tests.accounts.loading import account, contract, load_raw
from tests.metrics.pages import TODAY, get, text_of
from tests.metrics.test_executive_csv import download

SWITCH = date(2025, 1, 1)


@pytest.fixture(params=["old first", "new first", "one by one"])
def switched(request, db):
    CurrencyRate.objects.create(
        currency="EUR", base="USD", valid_from=date(2020, 1, 1), rate=Decimal("1.08")
    )
    load_raw("accounts", account())
    terms = [
        contract("dollars", "2024-01-01", "2025-01-01", "60000.00"),
        contract("euros", "2025-01-01", "2026-01-01", "55000.00", currency="EUR"),
    ]
    if request.param == "new first":
        terms.reverse()
    if request.param == "one by one":
        load_raw("contracts", terms.pop(0), day=TODAY)
    load_raw("contracts", *terms, day=TODAY)


@pytest.fixture(params=[False, True], ids=["computed", "stored"])
def stored(request, switched):
    if request.param:
        take_snapshots(day=TODAY)


def test_the_ledger_has_a_pair_that_nothing_churned(switched):
    columns = ("effective_on", "currency", "kind", "amount_minor")
    sums: dict = {}
    for *key, amount in RevenueMovement.objects.values_list(*columns):
        sums[tuple(key)] = sums.get(tuple(key), 0) + amount
    assert {key: amount for key, amount in sums.items() if amount} == {
        (date(2024, 1, 1), "USD", "new"): 60_000_00,
        (SWITCH, "USD", "contraction"): -60_000_00,
        (SWITCH, "EUR", "expansion"): 55_000_00,
    }


@pytest.mark.parametrize("method", ["accounts", "movements"])
def test_a_report_shows_one_contraction_of_600(client, people, stored, method):
    query = f"?method={method}"
    rows = download(client, people["eva"], "executive", query)
    found = {(row["Section"], row["Figure"], row["Part"]): row["Value"] for row in rows}
    for rate in ("Net revenue retention", "Gross revenue retention"):
        assert found["Retention", rate, "value"] == "99.0000"
    opened = get(client, people["eva"], "executive_movements", f"{query}&figure=contraction")
    assert re.search(r"All \d −\$600\.00", text_of(opened))
    grown = get(client, people["eva"], "executive_movements", f"{query}&figure=expansion")
    assert "Acme" not in text_of(grown)
