"""The ledger as it is posted, and what accounts derive from it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.loading import refresh_accounts, renew_and_expire
from accounts.models import (
    Account,
    AttributeHistory,
    Contract,
    ContractLine,
    CurrencyRate,
    RevenueMovement,
    Signal,
)
from tests.accounts.loading import (
    DAY,
    NOW,
    account,
    contract,
    load_raw,
    movement,
    problems,
    statuses,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account(customer_since="2024-01-01"))


def ledger() -> list[tuple[str, str, int]]:
    rows = RevenueMovement.objects.order_by("effective_on", "pk")
    return [(str(m.effective_on), m.kind, m.amount_minor // 100) for m in rows]


def stored() -> Account:
    return Account.objects.get(external_id="acme")


def test_movements_are_posted_once_and_never_changed():
    first = movement("m1", "2024-01-01", "new", "30000.00")
    assert statuses(load_raw("movements", first)) == ["created"]
    assert statuses(load_raw("movements", first)) == ["unchanged"]
    result = load_raw("movements", first | {"arr": "31000.00"})
    assert problems(result) == {(0, "external_id", "posted_already")}
    assert ledger() == [("2024-01-01", "new", 30_000)]


def test_a_currency_without_a_rate_is_taken_and_named_once():
    CurrencyRate.objects.create(currency="EUR", base="USD", valid_from=DAY, rate=Decimal("1.1"))
    result = load_raw(
        "movements",
        movement("m0", "2024-01-01", "new", "1.00", currency="CHF", account="nobody"),
        movement("m1", "2024-01-01", "new", "100.00", currency="EUR"),
        movement("m2", "2024-02-01", "expansion", "10.00", currency="CHF"),
        movement("m3", "2024-03-01", "expansion", "10.00", currency="CHF"),
    )
    assert statuses(result) == ["rejected", "created", "created", "created"]
    assert problems(result) == {(0, "account", "unknown"), (2, "currency", "no_rate")}
    assert result.warnings == 1
    result = load_raw("contracts", contract("c1", "2024-01-01", "2025-01-01", "9", currency="CHF"))
    assert problems(result) == {(0, "arr", "not_counted"), (0, "currency", "no_rate")}


def test_an_account_carries_what_its_ledger_says_today():
    load_raw(
        "movements",
        movement("m1", "2024-01-01", "new", "30000.00"),
        movement("m2", "2024-06-01", "expansion", "90000.00"),
        movement("m3", "2025-06-01", "contraction", "-1000.00"),
    )
    found = stored()
    assert found.arr_minor == 120_000_00
    # 120,000 scores 76.25: past the 75 of high touch, but not by the margin of 5 %.
    assert (found.segment, found.touch_tier) == ("enterprise", "low")
    history = AttributeHistory.objects.filter(attribute="segment", superseded_at=None)
    assert list(history.order_by("valid_from").values_list("value", "valid_from", "valid_to")) == [
        ("mid_market", date(2024, 1, 1), date(2024, 6, 1)),
        ("enterprise", date(2024, 6, 1), None),
    ]


def test_money_decides_who_has_churned():
    load_raw(
        "movements",
        movement("m1", "2024-01-01", "new", "1200.00"),
        movement("m2", "2025-01-01", "churn", "-1200.00"),
    )
    assert stored().status == "churned"
    result = load_raw("accounts", account(status="active"))
    assert problems(result) == {(0, "status", "contradicts_money")}
    assert statuses(result) == ["updated"]
    assert stored().status == "churned"


def test_contracts_make_the_ledger_where_no_movements_are_given():
    load_raw(
        "contracts",
        contract("c1", "2024-01-01", "2025-01-01", "12000.00", product="Sails"),
        contract("c2", "2025-01-01", "2026-01-01", "15000.00", renews="c1"),
    )
    assert ledger() == [("2024-01-01", "new", 12_000), ("2025-01-01", "expansion", 3_000)]
    found = stored()
    assert (found.arr_minor, found.renews_on) == (15_000_00, date(2026, 1, 1))
    assert Contract.objects.get(external_id="c1").state == "renewed"
    assert ContractLine.objects.get().product == "Sails"


def test_loading_contracts_again_posts_nothing():
    raw = contract("c1", "2024-01-01", "2026-01-01", "12000.00")
    load_raw("contracts", raw)
    assert statuses(load_raw("contracts", raw)) == ["unchanged"]
    assert len(ledger()) == 1


def test_a_corrected_contract_corrects_the_ledger_by_rows():
    load_raw("contracts", contract("c1", "2024-01-01", "2026-01-01", "12000.00"))
    load_raw("contracts", contract("c1", "2024-01-01", "2026-01-01", "10000.00"))
    assert ledger() == [
        ("2024-01-01", "new", 12_000),
        ("2024-01-01", "new", -12_000),
        ("2024-01-01", "new", 10_000),
    ]


def test_an_overdue_renewal_counts_for_its_grace_and_is_then_churn_dated_to_the_end():
    load_raw("contracts", contract("c1", "2024-01-01", "2025-03-01", "12000.00"))
    assert stored().arr_minor == 12_000_00
    assert renew_and_expire(day=date(2025, 3, 30), now=NOW) == 0
    assert renew_and_expire(day=date(2025, 3, 31), now=NOW) == 1
    assert ledger()[-1] == ("2025-03-01", "churn", -12_000)
    assert Contract.objects.get().state == "expired"
    assert (stored().status, stored().arr_minor, stored().renews_on) == ("churned", 0, None)
    assert renew_and_expire(day=date(2025, 3, 31), now=NOW) == 0
    assert len(ledger()) == 2


def test_a_contract_signed_ahead_counts_from_its_first_day():
    load_raw("contracts", contract("c1", "2025-04-01", "2026-04-01", "12000.00"))
    assert ledger() == []
    renew_and_expire(day=date(2025, 4, 1), now=NOW)
    assert ledger() == [("2025-04-01", "new", 12_000)]


def test_another_currency_waits_for_its_rate():
    load_raw("movements", movement("m1", "2024-01-01", "new", "1000", currency="JPY"))
    assert stored().arr_minor == 0
    CurrencyRate.objects.create(
        currency="JPY", base="USD", valid_from=date(2024, 1, 1), rate=Decimal("0.0068")
    )
    refresh_accounts(day=DAY, now=NOW)
    assert stored().arr_minor == 680


def test_before_its_first_rate_a_currency_counts_at_that_one():
    CurrencyRate.objects.create(
        currency="JPY", base="USD", valid_from=DAY + timedelta(days=9), rate=Decimal("0.0068")
    )
    load_raw("movements", movement("m1", "2024-01-01", "new", "1000", currency="JPY"))
    assert stored().arr_minor == 680


def test_a_tier_changes_after_thirty_days_and_rings():
    load_raw("movements", movement("m1", "2024-01-01", "new", "8000.00"))
    load_raw("movements", movement("m2", "2025-03-01", "expansion", "52000.00"))
    waiting = stored()
    assert (waiting.segment, waiting.touch_tier) == ("mid_market", "tech")
    assert (waiting.tier_pending, waiting.tier_pending_since) == ("low", date(2025, 3, 1))
    later = datetime(2025, 3, 31, 12, tzinfo=NOW.tzinfo)
    refresh_accounts(day=later.date(), now=later)
    assert stored().touch_tier == "low"
    signal = Signal.objects.get(kind="account.tier_changed")
    assert signal.payload == {"from": "tech", "to": "low"}
    history = AttributeHistory.objects.filter(attribute="touch_tier", superseded_at=None)
    rows = history.order_by("valid_from")
    assert list(rows.values_list("value", "valid_to")) == [("tech", later.date()), ("low", None)]


def test_a_contract_of_another_account_is_not_renewed_by_its_name():
    load_raw("accounts", account("other"))
    load_raw("contracts", contract("c1", "2024-01-01", "2026-01-01", "1.00", account="other"))
    load_raw("contracts", contract("c2", "2025-01-01", "2026-01-01", "1.00", renews="c1"))
    assert [row.state for row in Contract.objects.order_by("pk")] == ["active", "active"]


def test_an_open_ended_contract_counts_until_another_renews_it():
    raw = contract("c1", "2020-01-01", None, "12000.00", notice_days=60, uplift_percent="2.50")
    load_raw("contracts", raw)
    assert renew_and_expire(day=DAY, now=NOW) == 0
    assert ledger() == [("2020-01-01", "new", 12_000)]
    assert (stored().arr_minor, stored().renews_on) == (12_000_00, None)
    assert statuses(load_raw("contracts", raw)) == ["unchanged"]

    load_raw("contracts", contract("c2", "2025-02-01", "2026-02-01", "15000.00", renews="c1"))
    assert ledger()[-1] == ("2025-02-01", "expansion", 3_000)
    assert Contract.objects.get(external_id="c1").closed_on == DAY


def test_a_cancellation_ends_the_contract_on_the_day_it_takes_effect():
    raw = contract("c1", "2025-01-01", None, "12000.00", notice_given_on="2025-03-01")
    load_raw("contracts", raw)
    assert stored().arr_minor == 12_000_00  # notice ends nothing

    load_raw("contracts", raw | {"state": "cancelled", "cancelled_on": "2025-04-01"})
    assert stored().arr_minor == 12_000_00
    renew_and_expire(day=date(2025, 4, 1), now=NOW)
    assert ledger()[-1] == ("2025-04-01", "churn", -12_000)


def test_a_price_as_stated_is_kept_until_a_years_worth_is_stated():
    load_raw("contracts", contract("c1", "2025-01-01", "2026-01-01", None, amount="1000.00",
                                   amount_per="month"))  # fmt: skip
    kept = Contract.objects.get()
    assert (kept.arr_minor, kept.amount_minor, kept.amount_per) == (12_000_00, 1_000_00, "month")

    load_raw("contracts", contract("c1", "2025-01-01", "2026-01-01", "13000.00"))
    kept.refresh_from_db()
    assert (kept.arr_minor, kept.amount_minor, kept.amount_per) == (13_000_00, None, "")


def test_the_end_of_a_contract_that_is_over_cannot_be_taken_away():
    load_raw("contracts", contract("c1", "2024-01-01", "2025-01-01", "1.00", state="cancelled"))
    found = load_raw("contracts", contract("c1", "2024-01-01", None, "1.00"))
    assert problems(found) == {(0, "ends_on", "open_ended")}
