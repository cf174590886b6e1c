"""The one way from a source of records to facts, for every door: a file of the command, an upload
and its check, a body of the API, a folder of another product.

A door reads what it is given to batches (`accounts/intake/read_batches.py`). `load_run` carries
them on: each is loaded with everything that follows from it, what was refused of it is kept and the
run's sums are counted in one transaction, so that whatever interrupts a run leaves whole batches
only; at its end what is judged over all of it is derived, and the run is finished.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.errors import RecordError
from accounts.intake.read_batches import ReadBatch
from accounts.loading.account_names import renamed_columns, renamed_rows
from accounts.loading.batches import load, remember
from accounts.loading.cycles import without_cycle_search
from accounts.loading.due_ledgers import derive_run, keep_due
from accounts.loading.results import LoadResult, Place, Status
from accounts.loading.run_memory import RunMemory
from accounts.loading.runs import count, finish_run, keep_notices, keep_problems
from accounts.loading.usage import distinct_rows, load_usage
from accounts.loading.usage_columns import load_usage_columns
from accounts.loading.usage_ids import UsageIds
from accounts.loading.waiting_movements import keep_waiting
from accounts.models import ImportRun


class SourceGone(Exception):
    """What a run has not read yet is not there any more; its message says why. The run ends, and
    what it has loaded stays."""


@dataclass(slots=True)
class FactLoader:
    """How the batches of a run are loaded; remembers what they had in common.

    `day` is today in the installation's zone, `source` the key of the source whose ids the records
    carry. With `backfill` a fact counts as known on its own day; without `by_ops` nobody may say
    when it was learned. `is_part`: the batches are parts of a run that `load_run` ends; a batch
    that is all of its run is derived with it. `is_listing`: somebody asks what became of each
    record; counting them by the ten thousand is faster. `place` is what a position is to whoever
    sent the records.
    """

    day: date
    now: datetime
    source: str = DIRECT_SOURCE
    backfill: bool = False
    by_ops: bool = True
    is_part: bool = True
    is_listing: bool = False
    place: Place = Place.ROW
    directory: UsageIds = field(default_factory=UsageIds)
    memory: RunMemory = field(default_factory=RunMemory)

    def load(self, batch: ReadBatch) -> LoadResult:
        """What became of each record; in one transaction, or the caller's."""
        with transaction.atomic(savepoint=False):
            result = self._load_facts(batch)
        result.statuses.update(dict.fromkeys(batch.unchanged, Status.UNCHANGED))
        result.reject(batch.errors)
        return result

    def remember(self, batch: ReadBatch) -> None:
        """One that the run had loaded before it was interrupted: nothing is written."""
        remember(batch.kind, batch.records, source=self.source, memory=self.memory)

    def _load_facts(self, batch: ReadBatch) -> LoadResult:
        if batch.usage_columns is not None:
            result = LoadResult(place=self.place, is_listing=self.is_listing)
            columns = renamed_columns(
                batch.usage_columns, source=self.source, directory=self.directory
            )
            load_usage_columns(
                columns,
                directory=self.directory,
                day=self.day,
                result=result,
                backfill=self.backfill,
            )
            return result
        if batch.usage:
            result = LoadResult(place=self.place)
            rows = renamed_rows(batch.usage, source=self.source, directory=self.directory)
            load_usage(
                distinct_rows(rows, result=result),
                directory=self.directory,
                day=self.day,
                result=result,
                backfill=self.backfill,
            )
            return result
        if batch.records:
            return load(
                kind=batch.kind,
                records=batch.records,
                day=self.day,
                now=self.now,
                source=self.source,
                backfill=self.backfill,
                directory=self.directory,
                memory=self.memory,
                place=self.place,
                is_part=self.is_part,
                by_ops=self.by_ops,
            )
        return LoadResult(place=self.place)


def load_batch(run: ImportRun, batch: ReadBatch, *, loader: FactLoader) -> LoadResult:
    """The facts, what is kept of the refused ones and the run's sums: in the caller's
    transaction."""
    result = loader.load(batch)
    refused = {problem.position for problem in result.problems}
    keep_problems(run, result.problems, raw=batch.as_sent(refused))
    read = sum(result.counts().values()) if batch.read is None else batch.read
    count(run, result, read=read)
    if loader.is_part:
        keep_due(run, result.due)
        keep_waiting(run, result.waiting, raw=batch.as_sent(result.waiting))
        first = {notice.position for notice in result.notices.values()}
        keep_notices(run, result.notices, raw=batch.as_sent(first))
    return result


def _ignore_read_batch(_: object) -> None:
    return


def load_run(
    run: ImportRun,
    batches: Iterable[ReadBatch],
    *,
    loader: FactLoader,
    in_batch: Callable[[ReadBatch], None] = _ignore_read_batch,
    after_batch: Callable[[LoadResult], None] = _ignore_read_batch,
    before_end: Callable[[ImportRun], None] = _ignore_read_batch,
) -> list[RecordError]:
    """Loads the batches as they are read, and finishes the run: the problems of its end, which are
    about all of it.

    `in_batch` is called in the transaction of each batch, `after_batch` behind it, `before_end`
    when it is known of every record whether it is in. Only a part of a run has an end to derive.
    """
    reason = ""
    try:
        _load_batches(run, batches, loader=loader, in_batch=in_batch, after_batch=after_batch)
    except SourceGone as gone:
        reason = str(gone)
    problems = derive_run(run, day=loader.day, now=loader.now) if loader.is_part else []
    before_end(run)
    finish_run(run, now=loader.now, reason=reason)
    return problems


def _load_batches(
    run: ImportRun,
    batches: Iterable[ReadBatch],
    *,
    loader: FactLoader,
    in_batch: Callable[[ReadBatch], None],
    after_batch: Callable[[LoadResult], None],
) -> None:
    remaining = iter(batches)
    while True:
        with without_cycle_search():
            batch = next(remaining, None)
            if batch is None:
                return
            with transaction.atomic():
                result = load_batch(run, batch, loader=loader)
                in_batch(batch)
        after_batch(result)
