"""Ledgers are derived once a run, at its end: no order of rows or batches decides anything, and
what a killed worker left is derived later."""

import csv
import io
import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.intake.parse_options import iso_reading
from accounts.intake.specs import Kind
from accounts.loading import files, pipeline
from accounts.loading.due_ledgers import OVERDUE_AFTER, derive_overdue, overdue_runs
from accounts.loading.files import FileImport, import_file
from accounts.models import Contract, ImportRun, Job, LedgerDue, RejectedRecord, RevenueMovement
from cs_platform.scheduling import job_runner, periodic
from tests.accounts.loading import account, contract, load_raw
from tests.accounts.test_loading_terms import TODAY, ledger, stored, sums
from tests.accounts.uploads import checked, imported, matched, uploaded

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
COLUMNS = ("external_id", "account", "starts_on", "ends_on", "arr", "currency", "renews", "product")


def as_csv(rows: list[dict]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows({name: value or "" for name, value in row.items()} for row in rows)
    return out.getvalue().encode()


def run_file(rows: list[dict]) -> tuple[ImportRun, list]:
    asked: list = []
    file = FileImport(
        name="contracts.csv",
        source=io.BytesIO(as_csv(rows)),
        kind=Kind.CONTRACTS,
        reading=iso_reading(now=NOW, typed=False),
        day=TODAY,
        now=NOW,
    )
    return import_file(file, progress=lambda read, of: None, report=asked.append), asked


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(files, "_SMALL_BATCH", 2)


def chain(name: str, *, is_linked: bool) -> list[dict]:
    """Three years at 12,000, 15,000 and 9,000; a year away; back at 20,000."""
    terms = [
        ("a", "2022-01-01", "2023-01-01", "12000.00"),
        ("b", "2023-01-01", "2024-01-01", "15000.00"),
        ("c", "2024-01-01", "2025-01-01", "9000.00"),
        ("d", "2026-01-01", "2027-01-01", "20000.00"),
    ]
    before = {"b": "a", "c": "b"} if is_linked else {}
    return [
        contract(
            f"{name}-{key}", starts_on, ends_on, arr, account=name,
            renews=f"{name}-{before[key]}" if key in before else "",
        )
        for key, starts_on, ends_on, arr in terms
    ]  # fmt: skip


@pytest.mark.parametrize("is_linked", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_rows_in_batches_decides_anything(small_batches, is_linked, seed):
    load_raw("accounts", *(account(name) for name in ("one", "two", "three")))
    rows = [row for name in ("one", "two", "three") for row in chain(name, is_linked=is_linked)]
    random.Random(seed).shuffle(rows)
    run, _ = run_file(rows)
    assert (run.created, run.rejected) == (12, 0)
    for name in ("one", "two", "three"):
        assert ledger(name) == [
            ("2022-01-01", "new", 12_000),
            ("2023-01-01", "expansion", 3_000),
            ("2024-01-01", "contraction", -6_000),
            ("2025-01-01", "churn", -9_000),
            ("2026-01-01", "reactivation", 20_000),
        ], "no batch posted what the next one takes back"
        assert stored(name).arr_minor == 20_000_00
        states = Contract.objects.filter(account__external_id=name).order_by("starts_on")
        assert [c.state for c in states] == ["renewed", "renewed", "expired", "active"]
    assert not LedgerDue.objects.exists()


def test_an_account_in_every_batch_is_derived_once(small_batches):
    load_raw("accounts", account("one"))
    with CaptureQueriesContext(connection) as queries:
        run_file(chain("one", is_linked=False))
    derived = [q for q in queries if q["sql"].startswith("DELETE FROM accounts_ledgerdue")]
    assert len(derived) == 1


def test_overlaps_between_batches_are_asked_about_with_the_row(small_batches):
    load_raw("accounts", account())
    old = contract("old", "2025-01-01", "2026-01-01", "60000.00")
    others = [contract(f"x{n}", "2020-01-01", "2020-02-01", "1.00", product=f"{n}") for n in (1, 2)]
    new = contract("new", "2025-06-01", "2026-06-01", "70000.00")
    run, asked = run_file([old, *others, new])
    (kept,) = RejectedRecord.objects.filter(run=run)
    assert (kept.level, kept.position, kept.code, kept.record["external_id"]) == (
        "warning", 5, "overlap", "new",
    )  # fmt: skip
    assert [(p.position, p.code) for p in asked] == [(5, "overlap")]
    assert run.warnings == ImportRun.objects.get().warnings == 1


@pytest.fixture
def killed(small_batches, monkeypatch):
    """The worker died when the last batch was in: its run never ended."""
    load_raw("accounts", account("one"))
    monkeypatch.setattr(pipeline, "derive_run", lambda *args, **rest: pytest.fail("killed"))
    with pytest.raises(pytest.fail.Exception, match="killed"):
        run_file(chain("one", is_linked=False))


def test_what_a_killed_worker_left_is_derived_some_minutes_later(killed):
    assert (ledger("one"), LedgerDue.objects.count()) == ([], 4)
    run = ImportRun.objects.get()
    soon = datetime.now(UTC)
    assert overdue_runs(real_now=soon) == []
    assert overdue_runs(real_now=soon + OVERDUE_AFTER) == [run.pk]
    LedgerDue.objects.update(marked_at=soon - 2 * OVERDUE_AFTER)
    LedgerDue.objects.filter(position=2).update(marked_at=soon)
    assert overdue_runs(real_now=soon) == [], "a run that still writes is left alone"
    LedgerDue.objects.update(marked_at=soon - 2 * OVERDUE_AFTER)
    periodic.insert_due(now=soon)
    job = Job.objects.get(kind="ledgers.derive")
    assert job_runner.run_job(job.pk)
    assert sums("one").total() == stored("one").arr_minor == 20_000_00
    assert not LedgerDue.objects.exists()
    assert derive_overdue(day=TODAY, now=NOW, real_now=soon) == 0


def test_a_check_derives_all_pieces_of_a_file_and_takes_them_back(monkeypatch):
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 2)
    load_raw("accounts", account("one"))
    new = contract("new", "2024-06-01", "2026-06-01", "70000.00", account="one")
    rows = [*chain("one", is_linked=False), new]
    file = checked(matched(uploaded("contracts.csv", as_csv(rows)), "contracts"))
    assert file.chunks == 3
    effect = file.outcome["arr"]
    assert (effect["before"], effect["gained"]) == (0, 70_000_00)
    assert file.outcome["warnings"] == 1
    assert file.outcome["codes"] == [["starts_on", "overlap", 1]]
    assert not RevenueMovement.objects.exists()
    assert not LedgerDue.objects.exists()

    run = imported(file)
    assert (run.state, run.created, run.warnings) == ("done", 5, 1)
    assert stored("one").arr_minor == 70_000_00
    assert Counter(row.kind for row in RevenueMovement.objects.all())["expansion"] == 2
