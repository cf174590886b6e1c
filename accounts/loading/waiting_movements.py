"""Movements that shrink ARR, from the batch that brought them to the end of their run: what they
take from may stand anywhere in it."""

from collections.abc import Mapping, Sequence
from datetime import date

from accounts.intake.errors import RecordError
from accounts.loading.composed_sql import among
from accounts.loading.movements import post_waiting
from accounts.loading.results import LoadResult, Status
from accounts.loading.runs import keep_problems, kept
from accounts.models import ImportRun, RejectedRecord, RevenueMovement, WaitingMovement

_COLUMNS = (
    "account_id", "effective_on", "kind", "amount_minor", "currency", "subtype", "reason",
    "product", "recorded_at", "backfilled_at", "source_id", "external_id",
)  # fmt: skip


def keep_waiting(
    run: ImportRun, waiting: Mapping[int, RevenueMovement], *, raw: Mapping[int, object]
) -> None:
    """In the transaction of their batch, each with its row as it came."""
    rows = []
    for position, row in waiting.items():
        record, is_whole = kept(raw.get(position))
        values = {name: getattr(row, name) for name in _COLUMNS}
        rows.append(
            WaitingMovement(run=run, position=position, record=record, is_whole=is_whole, **values)
        )
    WaitingMovement.objects.bulk_create(rows, batch_size=2_000)


def settle_waiting(run: ImportRun, account_ids: Sequence[int], *, day: date) -> list[RecordError]:
    """Posts or refuses what has waited for these accounts, which are locked: what is wrong with it.

    It was counted as created when it came.
    """
    found = WaitingMovement.objects.filter(run=run, account__in=among(account_ids))
    waiting = {row.position: row for row in found}
    if not waiting:
        return []
    result = LoadResult()
    rows = {n: _as_posted(row) for n, row in waiting.items()}
    post_waiting(rows, day=day, result=result)
    keep_problems(run, result.problems, raw={n: row.record for n, row in waiting.items()})
    cut = [p.position for p in result.problems if not waiting[p.position].is_whole]
    if cut:
        RejectedRecord.objects.filter(run=run, position__in=cut).update(is_whole=False)
    _count_anew(run, result, number=len(waiting))
    found.delete()
    return result.problems


def _as_posted(row: WaitingMovement) -> RevenueMovement:
    return RevenueMovement(**{name: getattr(row, name) for name in _COLUMNS})


def _count_anew(run: ImportRun, result: LoadResult, *, number: int) -> None:
    counts = result.counts()
    run.created += counts[Status.CREATED] - number
    run.updated += counts[Status.UPDATED]
    run.unchanged += counts[Status.UNCHANGED]
    run.rejected += counts[Status.REJECTED]
    run.warnings += result.warnings
    run.save(update_fields=["created", "updated", "unchanged", "rejected", "warnings"])
