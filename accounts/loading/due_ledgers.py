"""Ledgers to derive again: once a run, whatever the order of its rows and batches."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q

from accounts.intake.errors import RecordError
from accounts.loading.contracts import derive_ledger
from accounts.loading.derived import refresh_accounts
from accounts.loading.marks import mark_dirty
from accounts.loading.overlaps import ask_about
from accounts.loading.results import DueRecord
from accounts.loading.revenue_sources import lock_accounts
from accounts.loading.runs import keep_problems
from accounts.loading.waiting import settle_waiting
from accounts.models import Contract, ImportRun, LedgerDue

_ACCOUNTS_AT_ONCE = 2_000
OVERDUE_AFTER = timedelta(minutes=10)
"""A run whose latest record of money is older has ended, or its worker was killed."""


def derive_due(due: Sequence[DueRecord], *, day: date, now: datetime) -> list[RecordError]:
    """At once, in the caller's transaction: what is asked about the records."""
    positions = {record.contract_id: record.position for record in due if record.contract_id}
    account_ids = sorted({record.account_id for record in due})
    derived = derive_ledger(account_ids, day=day, now=now)
    refresh_accounts(account_ids=account_ids, day=day, now=now)
    mark_dirty(account_ids)
    return ask_about(derived.overlaps, positions=positions)


def keep_due(run: ImportRun, due: Sequence[DueRecord]) -> None:
    """In the transaction of the records, for the end of their run."""
    if not due:
        return
    columns = zip(*((d.account_id, d.contract_id, d.position) for d in due), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_ledgerdue (run_id, account_id, contract_id, position)"
            " SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::int[])",
            [run.pk, *(list(column) for column in columns)],
        )


def mark_all_due() -> int:
    """Every account, of no run: a job derives them soon. How many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_ledgerdue (account_id, position)"
            " SELECT id, 0 FROM accounts_account"
        )
        return int(cursor.rowcount)


def next_marked() -> list[int]:
    """Accounts that are due of no run."""
    return _next_accounts(None)


def derive_marked(account_ids: Sequence[int], *, day: date, now: datetime) -> None:
    """In the caller's transaction."""
    derive_due(_taken(None, account_ids), day=day, now=now)


def derive_run(run: ImportRun, *, day: date, now: datetime) -> list[RecordError]:
    """What the run has left, some accounts a transaction, so that another worker can go on: what
    has waited is posted or refused, and the ledgers are derived."""
    problems: list[RecordError] = []
    while account_ids := _next_accounts(run.pk):
        with transaction.atomic():
            due = _taken(run.pk, account_ids)
            problems += settle_waiting(run, account_ids, day=day)
            found = derive_due(due, day=day, now=now)
            _keep(found, due, run=run)
        problems += found
    return problems


def derive_overdue(*, day: date, now: datetime, real_now: datetime) -> int:
    """What killed runs have left, and accounts marked by no run; how many runs that were."""
    while account_ids := next_marked():
        with transaction.atomic():
            derive_marked(account_ids, day=day, now=now)
    overdue = [pk for pk in overdue_runs(real_now=real_now) if pk is not None]
    runs = list(ImportRun.objects.filter(pk__in=overdue).order_by("pk"))
    for run in runs:
        derive_run(run, day=day, now=now)
    return len(runs)


def overdue_runs(*, real_now: datetime) -> list[int | None]:
    """Those that have written nothing for a while: each batch of a living one marks anew. None for
    accounts that are due of no run."""
    marks = LedgerDue.objects.values("run").annotate(latest=Max("marked_at"))
    overdue = marks.filter(Q(run=None) | Q(latest__lt=real_now - OVERDUE_AFTER))
    return list(overdue.order_by("run").values_list("run", flat=True))


def _keep(warnings: Sequence[RecordError], due: Sequence[DueRecord], *, run: ImportRun) -> None:
    """With the records as they are stored: how they came is not at hand any more."""
    if not warnings:
        return
    at = {record.position: record.contract_id for record in due if record.contract_id}
    asked = {warning.position: at[warning.position] for warning in warnings}
    columns = ("external_id", "account__external_id", "starts_on", "ends_on", "renews")
    rows = {
        row.pop("pk"): {name.partition("__")[0]: str(value or "") for name, value in row.items()}
        for row in Contract.objects.filter(pk__in=asked.values()).values("pk", *columns)
    }
    keep_problems(run, warnings, raw={place: rows[pk] for place, pk in asked.items()})
    run.warnings += len(warnings)
    run.save(update_fields=["warnings"])


def _next_accounts(run_id: int | None) -> list[int]:
    accounts = LedgerDue.objects.filter(run=run_id).order_by("account").values_list("account")
    return [pk for (pk,) in accounts.distinct()[:_ACCOUNTS_AT_ONCE]]


def _taken(run_id: int | None, account_ids: Sequence[int]) -> list[DueRecord]:
    """Locked first: what others are writing of these accounts is then derived with them."""
    lock_accounts(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_ledgerdue WHERE run_id IS NOT DISTINCT FROM %s"
            " AND account_id = ANY(%s) RETURNING account_id, contract_id, position",
            [run_id, list(account_ids)],
        )
        return [DueRecord(*row) for row in cursor.fetchall()]
