"""Where an account's revenue comes from is chosen and seen; what comes another way is held."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.catalogue import RevenueSource
from accounts.loading.due_ledgers import derive_overdue, mark_all_due
from accounts.loading.source_changes import SourceRefused, adjust, change_source
from accounts.models import Account, Contract, HeldMovement, Installation, RevenueMovement
from tests.accounts.loading import DAY, NOW, account, contract, load_raw, movement, statuses
from tests.accounts.test_loading_terms import ledger, stored, sums

pytestmark = pytest.mark.django_db
YEAR_BY_YEAR = [
    contract("c1", "2022-01-01", "2023-01-01", "200000.00"),
    contract("c2", "2023-01-01", "2024-01-01", "250000.00"),
    contract("c3", "2024-01-01", "2025-01-01", "300000.00"),
    contract("c4", "2025-01-01", "2026-01-01", "336000.00"),
]
DERIVED = [
    ("2022-01-01", "new", 200_000),
    ("2023-01-01", "expansion", 50_000),
    ("2024-01-01", "expansion", 50_000),
    ("2025-01-01", "expansion", 36_000),
]
SMALL = movement("m1", "2025-02-01", "new", "100.00")


@pytest.fixture(autouse=True)
def acme():
    Installation.objects.get_or_create(pk=1)
    load_raw("accounts", account(), account("other"))


def installation_source() -> str:
    return Installation.objects.get().revenue_source


def change(to: RevenueSource, reason: str = "They are billed by usage") -> None:
    change_source(stored(), to=to, reason=reason, day=DAY, now=NOW)


def test_one_movement_takes_nothing_back_and_is_held_with_what_the_choice_would_do():
    load_raw("contracts", *YEAR_BY_YEAR)
    result = load_raw("movements", SMALL)
    assert statuses(result) == ["created"]
    (asked,) = result.problems
    assert (asked.field, asked.code, asked.warning) == ("account", "held", True)
    assert "1 movement would replace 4 derived ones: $336,000.00 → $100.00" in asked.message
    assert ledger() == DERIVED
    assert stored().arr_minor == 336_000_00

    again = load_raw("movements", SMALL)
    assert (statuses(again), [p.code for p in again.problems]) == (["unchanged"], ["held"])
    assert statuses(load_raw("movements", SMALL | {"arr": "120.00"})) == ["updated"]
    assert HeldMovement.objects.get().amount_minor == 120_00


def test_the_installation_names_its_source_at_its_first_import_of_money():
    assert installation_source() == ""
    load_raw("movements", SMALL)
    assert installation_source() == "movements"
    result = load_raw("contracts", *(row | {"account": "other"} for row in YEAR_BY_YEAR))
    (said,) = result.problems
    assert (said.position, said.field, said.code) == (0, "arr", "not_counted")
    assert "so it is for 3 more" in said.message
    assert (ledger("other"), stored("other").arr_minor) == ([], 0), "never by what came first"
    assert stored("other").renews_on == date(2026, 1, 1), "its dates are known"
    assert installation_source() == "movements"


def test_a_file_of_refused_rows_names_no_source():
    load_raw("movements", SMALL | {"account": "nobody"})
    assert installation_source() == ""


def test_changing_the_source_posts_what_was_held_and_takes_back_what_was_derived():
    load_raw("contracts", *YEAR_BY_YEAR)
    load_raw("movements", SMALL)
    with pytest.raises(SourceRefused, match="Say why"):
        change(RevenueSource.MOVEMENTS, reason="  ")
    change(RevenueSource.MOVEMENTS)
    assert sums("acme") == {(date(2025, 2, 1), "USD", "new"): 100_00}
    assert (stored().arr_minor, HeldMovement.objects.count()) == (100_00, 0)
    assert stored().revenue_source_reason == "They are billed by usage"
    assert statuses(load_raw("movements", SMALL)) == ["unchanged"]
    more = load_raw("movements", movement("m2", "2025-03-01", "expansion", "50.00"))
    assert (more.problems, stored().arr_minor) == ([], 150_00)

    change(RevenueSource.CONTRACTS, reason="Billing was wrong")
    assert stored().arr_minor == 336_000_00
    assert [(str(day), kind, amount // 100) for (day, _, kind), amount in sorted(
        sums("acme").items())] == DERIVED  # fmt: skip
    change(RevenueSource.MOVEMENTS)
    assert stored().arr_minor == 150_00
    assert sums("acme").total() == 150_00


def test_an_adjustment_counts_on_top_of_the_contracts():
    load_raw("contracts", *YEAR_BY_YEAR)
    load_raw("movements", movement("m1", "2025-02-01", "contraction", "-5000.00"))
    adjust(stored(), held_id=HeldMovement.objects.get().pk, day=DAY, now=NOW)
    assert ledger() == [*DERIVED, ("2025-02-01", "contraction", -5_000)]
    assert stored().arr_minor == 331_000_00
    load_raw("contracts", YEAR_BY_YEAR[3] | {"arr": "340000.00"})
    assert stored().arr_minor == 335_000_00, "also when the contract is corrected"


def test_an_adjustment_cannot_take_arr_below_zero():
    load_raw("contracts", *YEAR_BY_YEAR)
    load_raw("movements", movement("m1", "2022-06-01", "contraction", "-200000.01"))
    held = HeldMovement.objects.get()
    held_pk = held.pk
    with pytest.raises(SourceRefused, match="below zero"):
        adjust(stored(), held_id=held_pk, day=DAY, now=NOW)
    assert (ledger(), list(HeldMovement.objects.all())) == (DERIVED, [held])
    held.delete()
    with pytest.raises(SourceRefused, match="held any more"):
        adjust(stored(), held_id=held_pk, day=DAY, now=NOW)


def test_what_would_go_below_zero_stays_held_when_the_source_changes():
    load_raw("contracts", *YEAR_BY_YEAR)
    load_raw("movements", SMALL, movement("m2", "2025-03-01", "churn", "-100.01"))
    change(RevenueSource.MOVEMENTS)
    assert stored().arr_minor == 100_00
    assert [row.external_id for row in HeldMovement.objects.all()] == ["m2"]


def test_the_source_of_the_installation_is_changed_for_all_but_exceptions():
    load_raw("contracts", *YEAR_BY_YEAR)
    load_raw("contracts", contract("o1", "2025-01-01", "2026-01-01", "7000.00", account="other"))
    load_raw("movements", SMALL, SMALL | {"external_id": "m2", "account": "other"})
    change(RevenueSource.CONTRACTS, reason="Their contracts are exact")
    Installation.objects.update(revenue_source="movements")
    assert mark_all_due() == 2
    derive_overdue(day=DAY, now=NOW, real_now=datetime.now(UTC))
    assert (stored().arr_minor, stored("other").arr_minor) == (336_000_00, 100_00)


def test_an_exception_needs_a_reason():
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.update(revenue_source="movements")


def test_money_that_no_import_named_counts_as_it_always_did():
    """Of before sources were named: given movements outvote contracts."""
    Contract.objects.create(
        account=stored(), external_id="c1", starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1),
        arr_minor=1_00, currency="USD", learned_at=NOW,
    )  # fmt: skip
    RevenueMovement.objects.create(
        account=stored(), external_id="m1", effective_on=date(2025, 1, 1), kind="new",
        amount_minor=2_00, currency="USD", recorded_at=NOW,
    )  # fmt: skip
    mark_all_due()
    derive_overdue(day=DAY, now=NOW, real_now=datetime.now(UTC))
    assert (stored().arr_minor, RevenueMovement.objects.count()) == (2_00, 1)
