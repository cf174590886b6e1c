"""Why ARR moved stands beside the ledger that is derived from contracts, and adds up to it."""

from collections import Counter
from datetime import date

import pytest
from django.db import DatabaseError, transaction

from accounts.catalogue import RevenueSource
from accounts.loading.source_changes import change_source
from accounts.models import Account, Contract, MovementPart, RevenueMovement
from cs_platform.scheduling.invariants import broken
from tests.accounts.loading import NOW, account, contract, load_raw

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)
SOLD = [
    contract("a", "2025-01-01", "2026-01-01", "60000.00", product="Core", quantity=60),
    contract("b", "2026-01-01", "2027-01-01", "72000.00", product="Core", quantity=80),
    contract("c", "2026-05-01", "2027-01-01", "9000.00", product="Vault"),
]
WHY = {
    ("2026-01-01", "seats"): 20_000_00,
    ("2026-01-01", "price"): -8_000_00,
    ("2026-05-01", "cross_sell"): 9_000_00,
}


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account())


def causes():
    found = Counter()
    for day, cause, amount in MovementPart.objects.values_list(
        "effective_on", "cause", "amount_minor"
    ):
        found[str(day), cause] += amount
    return {key: amount for key, amount in found.items() if amount}


def test_seats_and_price_of_a_renewal_and_a_product_more():
    load_raw("contracts", *SOLD, day=TODAY)
    assert causes() == WHY
    named = RevenueMovement.objects.exclude(kind="new").values_list("effective_on", "subtype")
    assert {(str(day), subtype) for day, subtype in named} == {
        ("2026-01-01", ""),  # of two causes
        ("2026-05-01", "cross_sell"),
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_rows_one_by_one_end_in_the_same_causes(order):
    for n in order:
        load_raw("contracts", SOLD[n], day=TODAY)
    assert causes() == WHY


def test_the_same_again_posts_nothing():
    load_raw("contracts", *SOLD, day=TODAY)
    rows = MovementPart.objects.count()
    load_raw("contracts", *SOLD, day=TODAY)
    assert MovementPart.objects.count() == rows


def test_what_is_told_later_changes_the_cause_and_no_movement():
    unsaid = [{k: v for k, v in row.items() if k != "quantity"} for row in SOLD[:2]]
    load_raw("contracts", *unsaid, day=TODAY)
    assert causes() == {("2026-01-01", "not_told"): 12_000_00}
    moved = RevenueMovement.objects.count()
    load_raw("contracts", *SOLD[:2], day=TODAY)
    assert causes() == {k: n for k, n in WHY.items() if k[0] == "2026-01-01"}
    assert RevenueMovement.objects.count() == moved


def test_an_account_by_movements_has_no_causes_of_contracts():
    load_raw("contracts", *SOLD, day=TODAY)
    change_source(
        Account.objects.get(), to=RevenueSource.MOVEMENTS, reason="Billing says", day=TODAY, now=NOW
    )
    assert causes() == {}


def test_the_line_of_a_contract_says_how_many():
    load_raw("contracts", *SOLD, day=TODAY)
    found = Contract.objects.get(external_id="b")
    assert (found.quantity, found.lines.get().quantity) == (80, 80)


def test_causes_stay_as_they_were_posted():
    load_raw("contracts", *SOLD, day=TODAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        MovementPart.objects.update(amount_minor=1)


def test_a_day_whose_causes_do_not_add_up_is_found():
    load_raw("contracts", *SOLD, day=TODAY)
    part = MovementPart.objects.get(cause="cross_sell")
    part.pk, part.amount_minor = None, 1
    part.save(force_insert=True)
    names = {found.name for found in broken(day=TODAY)}
    assert "causes_add_up_to_movements" in names
