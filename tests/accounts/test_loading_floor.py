"""No movement takes an account's ARR below zero, on its day or on a later one."""

import io
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.intake.parse_options import iso_reading
from accounts.intake.specs import Kind
from accounts.loading import files, pipeline, refresh_accounts
from accounts.loading.due_ledgers import derive_overdue
from accounts.loading.files import FileImport, import_file
from accounts.models import (
    Account,
    CurrencyRate,
    ImportRun,
    LedgerDue,
    PlannedChange,
    RejectedRecord,
    RevenueMovement,
    WaitingMovement,
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
from tests.accounts.uploads import checked, imported, uploaded

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


LONG = """
m1,2024-01-01,new,12000
m2,2024-06-01,contraction,-9000
m3,2024-06-01,contraction,-9001
m4,2024-07-01,expansion,500
m5,2024-08-01,contraction,-3500
m6,2024-08-01,contraction,-3500
m7,2024-09-01,churn,-1
""".split()
ORDERS = {"oldest first": LONG, "newest first": LONG[::-1], "mixed": LONG[1::2] + LONG[::2]}


def long_file(rows: list[str]) -> bytes:
    lines = (f"{row.replace(',', ',acme,', 1)},USD" for row in rows)
    return "\n".join(["external_id,account,effective_on,kind,arr,currency", *lines]).encode()


def posted() -> set[str]:
    return set(RevenueMovement.objects.values_list("external_id", flat=True))


@pytest.mark.parametrize("rows", ORDERS.values(), ids=list(ORDERS))
@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_no_order_of_a_file_decides_what_goes_below_zero(monkeypatch, rows, at_once):
    """Of one day the lower id goes first; what does not fit leaves the room to what follows."""
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", at_once)
    file = checked(uploaded("movements.csv", long_file(rows)))
    assert (file.outcome["created"], file.outcome["rejected"]) == (4, 3)
    assert file.outcome["codes"] == [[*BELOW_ZERO, 3]]
    planned = PlannedChange.objects.filter(file=file)
    assert dict(Counter(planned.values_list("status", flat=True))) == {"created": 4, "rejected": 3}
    run = imported(file)
    assert posted() == {"m1", "m2", "m4", "m5"}
    refused = {row.record["external_id"]: row for row in RejectedRecord.objects.filter(run=run)}
    assert {name: row.position for name, row in refused.items()} == {
        name: 2 + place for place, row in enumerate(rows) if (name := row[:2]) in ("m3", "m6", "m7")
    }
    assert refused["m6"].message == (
        "takes ARR to −$3,500.00 on 2024-08-01; send what came before it first"
    )
    assert (run.created, run.rejected, run.read, arr()) == (4, 3, 7, 0)
    assert not WaitingMovement.objects.exists()


@pytest.mark.parametrize("rows", ORDERS.values(), ids=list(ORDERS))
def test_the_command_and_a_request_take_the_same_rows(monkeypatch, rows, client):
    monkeypatch.setattr(files, "_SMALL_BATCH", 2)
    told: list = []
    file = FileImport(
        name="movements.csv",
        source=io.BytesIO(long_file(rows)),
        kind=Kind.MOVEMENTS,
        reading=iso_reading(now=NOW, typed=False),
        day=DAY,
        now=NOW,
    )
    run = import_file(file, progress=lambda read, of: None, report=told.append)
    assert (run.created, run.rejected, posted()) == (4, 3, {"m1", "m2", "m4", "m5"})
    assert {(p.code, rows[p.position - 2][:2]) for p in told} == {
        ("below_zero", name) for name in ("m3", "m6", "m7")
    }
    names = ("external_id", "effective_on", "kind", "arr")
    sent = [dict(zip(names, row.split(","), strict=True)) for row in rows]
    load_raw("accounts", account("beta"))
    result = load_raw(
        "movements",
        *({**row, "external_id": f"b-{row['external_id']}", "account": "beta", "currency": "USD"}
          for row in sent),
    )  # fmt: skip
    refused = {sent[n]["external_id"] for n, s in result.statuses.items() if s == "rejected"}
    assert refused == {"m3", "m6", "m7"}


def test_an_id_that_waits_twice_is_taken_once(monkeypatch):
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 1)
    rows = [LONG[1], LONG[1], LONG[1].replace("9000", "8000"), LONG[0]]
    run = imported(uploaded("movements.csv", long_file(rows)))
    assert (run.created, run.unchanged, run.rejected, arr()) == (2, 1, 1, 3_000)
    refused = RejectedRecord.objects.get(run=run)
    assert (refused.position, refused.code) == (4, "duplicate")


def test_what_a_killed_import_left_waiting_is_judged_later(monkeypatch):
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 1)
    monkeypatch.setattr(pipeline, "derive_run", lambda *args, **rest: pytest.fail("killed"))
    with pytest.raises(pytest.fail.Exception, match="killed"):
        imported(uploaded("movements.csv", long_file(LONG[:3])))
    assert (posted(), WaitingMovement.objects.count()) == ({"m1"}, 2)
    monkeypatch.undo()
    LedgerDue.objects.update(marked_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert derive_overdue(day=DAY, now=NOW, real_now=datetime.now(UTC)) == 1
    run = ImportRun.objects.get()
    assert (run.created, run.rejected, posted(), arr()) == (2, 1, {"m1", "m2"}, 3_000)
