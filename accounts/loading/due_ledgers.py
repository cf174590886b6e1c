"""Ledgers to derive again: once a run, whatever the order of its rows and batches."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q

from accounts.intake.errors import RecordError
from accounts.loading.change_signals import mark_dirty
from accounts.loading.composed_sql import array
from accounts.loading.contracts import derive_ledger
from accounts.loading.cycles import without_cycle_search
from accounts.loading.derived import refresh_accounts
from accounts.loading.overlaps import CODE, OverlapQuestion
from accounts.loading.results import DueRecord
from accounts.loading.revenue_sources import lock_accounts
from accounts.loading.runs import keep_problems, tell_notices
from accounts.loading.waiting_movements import settle_waiting
from accounts.models import Contract, ImportRun, LedgerDue, RejectedRecord

_ACCOUNTS_AT_ONCE = 5_000
OVERDUE_AFTER = timedelta(minutes=10)
"""A run whose latest record of money is older has ended, or its worker was killed."""


def derive_due(due: Sequence[DueRecord], *, day: date, now: datetime) -> OverlapQuestion:
    """At once, in the caller's transaction: what is asked about the records."""
    positions = {record.contract_id: record.position for record in due if record.contract_id}
    account_ids = sorted({record.account_id for record in due})
    derived = derive_ledger(account_ids, day=day, now=now)
    refresh_accounts(account_ids=account_ids, day=day, now=now)
    mark_dirty(account_ids)
    return OverlapQuestion.about(derived.overlaps, positions=positions, day=day)


def keep_due(run: ImportRun, due: Sequence[DueRecord]) -> None:
    """In the transaction of the records, for the end of their run."""
    if not due:
        return
    columns = zip(*((d.account_id, d.contract_id, d.position) for d in due), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_ledgerdue (run_id, account_id, contract_id, position)"
            " SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::int[])",
            [run.pk, *map(array, columns)],
        )


def mark_all_due() -> int:
    """Every account, of no run: a job derives them soon. How many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_ledgerdue (account_id, position)"
            " SELECT id, 0 FROM accounts_account"
        )
        return int(cursor.rowcount)


def mark_due(account_ids: Sequence[int]) -> None:
    """These, of no run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_ledgerdue (account_id, position)"
            " SELECT id, 0 FROM unnest(%s::bigint[]) AS due (id)",
            [array(account_ids)],
        )


def next_marked() -> list[int]:
    """Accounts that are due of no run."""
    return _next_accounts(None)


def derive_marked(account_ids: Sequence[int], *, day: date, now: datetime) -> None:
    """In the caller's transaction."""
    derive_due(_take_due_records(None, account_ids), day=day, now=now)


def derive_run(run: ImportRun, *, day: date, now: datetime) -> list[RecordError]:
    """What the run has left, some accounts a transaction, so that another worker can go on: what
    has waited is posted or refused, and the ledgers are derived. What is asked of them all is one
    question: kept with each transaction, instead of the one before."""
    problems: list[RecordError] = []
    question = OverlapQuestion()
    while account_ids := _next_accounts(run.pk):
        with transaction.atomic(), without_cycle_search():
            before = question.problems()
            due = _take_due_records(run.pk, account_ids)
            problems += settle_waiting(run, account_ids, day=day)
            question.add(derive_due(due, day=day, now=now))
            _keep_overlap_problems(question, instead_of=before, run=run)
    return problems + question.problems() + tell_notices(run)


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


def _keep_overlap_problems(
    question: OverlapQuestion, *, instead_of: Sequence[RecordError], run: ImportRun
) -> None:
    """With the record as it is stored: how it came is not at hand any more."""
    problems = question.problems()
    if question.first is None or problems == instead_of:
        return
    for problem in instead_of:
        RejectedRecord.objects.filter(run=run, code=CODE, position=problem.position).delete()
    columns = ("external_id", "account__external_id", "starts_on", "ends_on", "renews")
    row = Contract.objects.values(*columns).get(pk=question.first.contract_id)
    raw = {name.partition("__")[0]: str(value or "") for name, value in row.items()}
    keep_problems(run, problems, raw={question.first.position: raw})
    if not instead_of:
        run.warnings += 1
        run.save(update_fields=["warnings"])


def _next_accounts(run_id: int | None) -> list[int]:
    accounts = LedgerDue.objects.filter(run=run_id).order_by("account").values_list("account")
    return [pk for (pk,) in accounts.distinct()[:_ACCOUNTS_AT_ONCE]]


def _take_due_records(run_id: int | None, account_ids: Sequence[int]) -> list[DueRecord]:
    """Locked first: what others are writing of these accounts is then derived with them."""
    lock_accounts(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_ledgerdue WHERE run_id IS NOT DISTINCT FROM %s"
            " AND account_id = ANY(%s::bigint[]) RETURNING account_id, contract_id, position",
            [run_id, array(account_ids)],
        )
        return [DueRecord(*row) for row in cursor.fetchall()]
