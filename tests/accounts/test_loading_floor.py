"""No movement takes an account's ARR below zero, on its day or on a later one."""

from decimal import Decimal

import pytest

from accounts.loading import refresh_accounts
from accounts.models import Account, CurrencyRate, PlannedChange, RejectedRecord, RevenueMovement
from accounts.uploads import retry_all
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
from tests.accounts.uploads import checked, imported, somebody, uploaded

pytestmark = pytest.mark.django_db
BELOW_ZERO = ("arr", "below_zero")


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account(customer_since="2024-01-01"))


@pytest.fixture
def paying(acme):
    load_raw("movements", movement("m1", "2024-01-01", "new", "12000.00"))


def arr() -> int:
    return Account.objects.get(external_id="acme").arr_minor // 100


def test_more_than_is_there_cannot_go(paying):
    result = load_raw("movements", movement("m2", "2025-01-01", "churn", "-999999.00"))
    assert problems(result) == {(0, *BELOW_ZERO)}
    (problem,) = result.problems
    assert problem.message == ("takes ARR to −$987,999.00 on 2025-01-01; at most $12,000.00 can go")
    assert (arr(), RevenueMovement.objects.count()) == (12_000, 1)
    assert statuses(load_raw("movements", movement("m2", "2025-01-01", "churn", "-12000"))) == [
        "created"
    ]


def test_a_late_loss_may_not_break_a_later_day(paying):
    load_raw("movements", movement("m2", "2025-01-01", "churn", "-12000.00"))
    result = load_raw("movements", movement("m3", "2024-06-01", "contraction", "-2000.00"))
    assert [p.message for p in result.problems] == [
        "takes ARR to −$2,000.00 on 2025-01-01; send what came before it first"
    ]


def test_a_history_is_corrected_in_one_go(paying):
    load_raw("movements", movement("m2", "2025-01-01", "churn", "-12000.00"))
    result = load_raw(
        "movements",
        movement("m3", "2024-01-01", "contraction", "-2000.00"),
        movement("m4", "2025-01-01", "expansion", "2000.00"),
    )
    assert statuses(result) == ["created", "created"]
    assert arr() == 0


def test_within_a_file_days_decide_and_good_rows_stay():
    result = load_raw(
        "movements",
        movement("m5", "2025-02-01", "churn", "-13000.00"),
        movement("m4", "2025-01-01", "expansion", "1000.00"),
        movement("m3", "2024-06-01", "churn", "-99000.00"),
        movement("m1", "2024-01-01", "new", "12000.00"),
        movement("m6", "2025-02-01", "contraction", "-1.00"),
    )
    assert statuses(result) == ["created", "created", "rejected", "created", "rejected"]
    assert problems(result) == {(2, *BELOW_ZERO), (4, *BELOW_ZERO)}
    assert arr() == 0


def test_each_currency_and_each_account_has_a_floor_of_its_own(paying):
    load_raw("accounts", account("other"))
    result = load_raw(
        "movements",
        movement("m2", "2025-01-01", "churn", "-12000.00", currency="EUR"),
        movement("m3", "2025-01-01", "churn", "-12000.00", account="other"),
        movement("m4", "2025-01-01", "churn", "-12000.00"),
    )
    assert problems(result) >= {(0, *BELOW_ZERO), (1, *BELOW_ZERO)}
    assert statuses(result) == ["rejected", "rejected", "created"]


def test_what_contracts_said_is_not_taken_by_a_movement():
    load_raw("contracts", contract("c1", "2024-01-01", "2026-01-01", "12000.00"))
    result = load_raw("movements", movement("m1", "2025-01-01", "churn", "-12000.00"))
    assert problems(result) == {(0, "account", "held")}
    assert arr() == 12_000


def test_a_loss_sent_again_is_unchanged(paying):
    churn = movement("m2", "2025-01-01", "churn", "-12000.00")
    load_raw("movements", churn)
    assert statuses(load_raw("movements", churn)) == ["unchanged"]


def test_a_dry_run_says_what_the_import_does(paying):
    file = uploaded(
        "movements.csv",
        b"external_id,account,effective_on,kind,arr,currency\n"
        b"m2,acme,2025-01-01,churn,-999999,USD\n"
        b"m3,acme,2025-02-01,expansion,500,USD\n",
    )
    assert checked(file).outcome["codes"] == [[*BELOW_ZERO, 1]]
    planned = PlannedChange.objects.get(file=file, status="rejected")
    file.refresh_from_db()
    run = imported(file)
    refused = RejectedRecord.objects.get(run=run)
    assert planned.record["problems"] == [[*BELOW_ZERO, refused.message]]
    assert (refused.position, run.created, arr()) == (2, 1, 12_500)


def test_a_ledger_below_zero_from_before_is_not_paying_and_can_be_corrected(paying):
    post_unchecked(-999_999_00)
    refresh_accounts(day=DAY, now=NOW)
    found = Account.objects.get(external_id="acme")
    assert (found.status, found.arr_minor) == ("churned", -987_999_00)
    assert statuses(load_raw("movements", movement("m3", "2025-01-01", "new", "987999"))) == [
        "created"
    ]
    assert arr() == 0


def test_a_debt_in_one_currency_does_not_hide_what_another_pays(paying):
    CurrencyRate.objects.create(currency="EUR", base="USD", valid_from=DAY, rate=Decimal(1))
    post_unchecked(-1_00, currency="EUR")
    refresh_accounts(day=DAY, now=NOW)
    assert Account.objects.get(external_id="acme").status == "active"


def post_unchecked(amount: int, *, currency: str = "USD") -> None:
    """As it could be posted before this was refused."""
    RevenueMovement.objects.create(
        account=Account.objects.get(external_id="acme"), effective_on="2025-01-01", kind="churn",
        amount_minor=amount, currency=currency, recorded_at=NOW, external_id="x",
    )  # fmt: skip


def test_a_long_file_that_begins_with_the_newest_rows_is_taken_when_tried_again(monkeypatch):
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 1)
    file = uploaded(
        "movements.csv",
        b"external_id,account,effective_on,kind,arr,currency\n"
        b"m2,acme,2025-01-01,contraction,-2000,USD\n"
        b"m1,acme,2024-01-01,new,12000,USD\n",
    )
    run = imported(file)
    assert (run.created, run.rejected, arr()) == (1, 1, 12_000)
    assert statuses(retry_all(run, user=somebody(), day=DAY, now=NOW)) == ["created"]
    assert arr() == 10_000
