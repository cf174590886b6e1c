"""An upgrade: where revenue came from is named as it was counted, ledgers are derived again, and
what that changed is said."""

from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.db import connection

from accounts.loading.ledger_upgrade import upgrade_ledgers
from accounts.models import Account, Contract, Installation, LedgerDue, RevenueMovement
from tests.accounts.loading import account, load_raw
from tests.accounts.test_loading_terms import TODAY, stored, sums

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MIGRATION = import_module("accounts.migrations.0026_name_revenue_sources")


@pytest.fixture(autouse=True)
def acme():
    Installation.objects.update_or_create(pk=1, defaults={"revenue_source": ""})
    load_raw("accounts", *(account(name) for name in ("acme", "plain", "given", "mixed", "none")))


def term(name: str, first: int, *, state: str = "active") -> None:
    Contract.objects.create(
        account=stored(name), external_id=f"{name}-{first}", starts_on=date(first, 6, 1),
        ends_on=date(first + 1, 6, 1), arr_minor=60_000_00, currency="USD", state=state,
        learned_at=NOW,
    )  # fmt: skip


def posted(name: str, day: str, kind: str, amount: int, *, source: str = "contracts") -> None:
    RevenueMovement.objects.create(
        account=stored(name), external_id=f"{name}-{day}-{kind}", effective_on=day, kind=kind,
        amount_minor=amount * 100, currency="USD", recorded_at=NOW, source_id=source,
    )  # fmt: skip


def migrate(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)


def test_ledgers_of_the_older_rules_are_derived_again_and_what_changed_is_said():
    """A renewal without a link was counted twice through the grace, then taken for a loss."""
    for name in ("acme", "plain"):
        term(name, 2025, state="renewed")
        term(name, 2026)
        posted(name, "2025-06-01", "new", 60_000)
    posted("acme", "2026-06-01", "expansion", 60_000)
    posted("acme", "2026-07-01", "contraction", -60_000)
    migrate(MIGRATION.DERIVE)
    assert LedgerDue.objects.count() == 2
    changes = upgrade_ledgers(day=TODAY, now=NOW)
    assert str(changes).splitlines() == [
        "Ledgers derived again: 1 of 2 accounts changed:",
        "  ARR $60,000.00 → $60,000.00",
        "  contraction −$60,000.00 → $0.00",
        "  expansion $60,000.00 → $0.00",
        "  new $60,000.00 → $60,000.00",
    ]
    assert sums("acme") == {(date(2025, 6, 1), "USD", "new"): 60_000_00}
    assert upgrade_ledgers(day=TODAY, now=NOW) is None


@pytest.mark.parametrize(("given", "named", "exceptions"), [
    (1, "contracts", {"given": "movements", "mixed": "movements"}),
    (3, "movements", {"plain": "contracts", "acme": "contracts"}),
])  # fmt: skip
def test_what_most_accounts_do_is_the_installation_and_the_others_are_exceptions(
    given, named, exceptions
):
    for name in ("acme", "plain", "mixed"):
        term(name, 2025)
    load_raw("accounts", *(account(f"given{n}") for n in range(given)))
    for name in ("given", "mixed", *(f"given{n}" for n in range(given) if given > 1)):
        posted(name, "2025-06-01", "new", 5, source="direct")
    migrate(MIGRATION.NAME)
    assert Installation.objects.get().revenue_source == named
    found = Account.objects.exclude(revenue_source="")
    assert dict(found.values_list("external_id", "revenue_source")) == exceptions
    assert not found.filter(revenue_source_reason="").exists()


def test_an_installation_without_money_names_nothing():
    migrate(MIGRATION.NAME)
    assert Installation.objects.get().revenue_source == ""
