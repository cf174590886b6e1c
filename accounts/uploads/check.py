"""A dry run: the import itself, in a transaction that is taken back, so that what it says is what
would happen. Up to ONE_TRANSACTION rows are one transaction; above, the rows of some accounts are
one, so that nobody waits for long for the accounts a check has locked."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.intake.errors import RecordError
from accounts.intake.fields import Kind, RecordSpec
from accounts.intake.kept_rows import Row
from accounts.intake.read_batches import ReadBatch
from accounts.intake.records import Record
from accounts.intake.row_reader import RowReader
from accounts.intake.specs import SPECS
from accounts.loading.due_ledgers import derive_due
from accounts.loading.movements import post_waiting
from accounts.loading.notices import Notices, problems_of, together
from accounts.loading.overlaps import OverlapQuestion
from accounts.loading.pipeline import FactLoader
from accounts.loading.results import DueRecord, LoadResult, Status
from accounts.loading.runs import storable
from accounts.loading.usage_ids import UsageIds
from accounts.models import ImportFile, PlannedChange, RevenueMovement
from accounts.uploads import account_effect, before_after
from accounts.uploads.account_effect import AccountEffect, Moved
from accounts.uploads.import_run import columns_of, loader_of, reader_of
from accounts.uploads.revenue_effect import TOUCHING, RevenueEffect
from accounts.uploads.shards import AccountShards, Batches, ShardKeys
from accounts.uploads.storage import rows_of

ONE_TRANSACTION = 20_000
_SAMPLES = 200
_NAMED_BY = ("name", "subject", "feature", "kind")


class _DryDirectory(UsageIds):
    """Makes no partition: a table that is being divided keeps everybody else from reading it."""

    def learn_months(self, days: Iterable[date]) -> None:
        return


@dataclass(slots=True)
class _Findings:
    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    sampled: Counter[str] = field(default_factory=Counter)
    planned: list[PlannedChange] = field(default_factory=list)
    effect: RevenueEffect | None = None
    # Where accounts will stand, as AccountEffect.as_json counts it.
    standing: dict[str, Any] | None = None
    # Of the transaction that is being tried: ARR of its accounts before, ledgers for its end.
    was: dict[str, int] = field(default_factory=dict)
    due: list[DueRecord] = field(default_factory=list)
    waiting: dict[int, RevenueMovement] = field(default_factory=dict)
    # About the whole file, and the rows they are first about.
    notices: Notices = field(default_factory=dict)
    question: OverlapQuestion = field(default_factory=OverlapQuestion)
    asked_of: list[Row] = field(default_factory=list)

    def has_room(self) -> bool:
        return any(self.sampled[s] < _SAMPLES for s in (Status.CREATED, Status.UPDATED))

    def as_json(self) -> dict[str, Any]:
        codes = [[field, code, n] for (field, code), n in self.codes.most_common(20)]
        found: dict[str, Any] = {**self.counts, "codes": codes}
        if self.effect is not None:
            found["arr"] = self.effect.as_json()
        if self.standing is not None:
            found["standing"] = self.standing
        if self.question.first is not None:
            found["overlap"] = self.question.as_json()
        return found


@dataclass(slots=True)
class _Check:
    file: ImportFile
    reader: RowReader
    loader: FactLoader
    found: _Findings

    def try_batch(self, batch: list[Row]) -> None:
        read = self.reader.read(batch)
        self.loader.is_listing = self.found.has_room()
        records: Sequence[Record] = read.records
        if self.loader.is_listing and self.reader.kind == Kind.USAGE:
            records, _ = self.reader.records(batch)
        before = self._stored_images(records) if self.loader.is_listing else {}
        result = self._load_with_effect(read)
        first = {n.position for key, n in result.notices.items() if key not in self.found.notices}
        self.found.asked_of += [row for row in batch if row[0] in first]
        self.found.notices = together(self.found.notices, result.notices)
        self.found.counts.update({s.value: n for s, n in result.counts().items()})
        self.found.counts["warnings"] += result.warnings
        self._sample_changes(records, before, result)
        self._sample_problems(batch, result)

    def _load_with_effect(self, batch: ReadBatch) -> LoadResult:
        effect = self.found.effect
        if effect is None:
            return self.loader.load(batch)
        names = {str(record.values["account"]) for record in batch.records}
        self.found.was |= effect.arr_of(names - self.found.was.keys())
        result = self.loader.load(batch)
        self.found.due += result.due
        self.found.waiting |= result.waiting
        return result

    def derive(self, batches: Batches) -> None:
        """As the end of the import would, before it is taken back; `batches` are what was tried."""
        found, effect = self.found, self.found.effect
        if effect is None:
            return
        before = found.question.first
        result = LoadResult()
        post_waiting(found.waiting, day=self.loader.day, result=result)
        found.counts[Status.CREATED] -= len(found.waiting)
        found.counts.update({s.value: n for s, n in result.counts().items()})
        self._forget_samples(result)
        found.question.add(derive_due(found.due, day=self.loader.day, now=self.loader.now))
        found.counts["warnings"] += result.warnings
        if asked := {problem.position for problem in result.problems}:
            self._sample_problems(_rows_at(batches, asked), result)
        first = found.question.first
        if first is not None and first != before:
            found.asked_of += _rows_at(batches, {first.position})
        effect.note(found.was, effect.arr_of(found.was))
        found.was, found.due, found.waiting = {}, [], {}

    def _forget_samples(self, result: LoadResult) -> None:
        """Of what looked new until all of it was judged."""
        refused = {p.position for p in result.problems if not p.warning}
        planned = self.found.planned
        planned[:] = [change for change in planned if change.position not in refused]

    def keep_standing(self, effect: AccountEffect) -> None:
        """Every account that will stand elsewhere."""
        moved = effect.changed()
        self.found.counts["account"] += len(moved)
        self.found.standing = account_effect.together(self.found.standing, effect.as_json())
        _keep_moved(self.file, moved)

    def ask(self) -> None:
        """Once a file, when all of it was looked at."""
        said = problems_of(self.found.notices.values())
        result = LoadResult(problems=[*said, *self.found.question.problems()])
        self.found.counts["warnings"] += result.warnings
        self._sample_problems(self.found.asked_of, result)

    def _sample_changes(
        self, records: Sequence[Record], before: dict[int, before_after.Image], result: LoadResult
    ) -> None:
        wanted = []
        for record in records:
            status = result.statuses.get(record.position, Status.REJECTED)
            if status not in (Status.CREATED, Status.UPDATED):
                continue
            if self.found.sampled[status] < _SAMPLES:
                self.found.sampled[status] += 1
                wanted.append(record)
        spec = SPECS[self.reader.kind]
        after = self._stored_images(wanted)
        for record in wanted:
            now = after.get(record.position) or before_after.said(record, spec=spec)
            was = before.get(record.position, {})
            status = result.statuses[record.position]
            if status == Status.CREATED:  # what the row says, as it is stored
                now = {name: value for name, value in now.items() if name in record.values}
                was = {}  # a record of another source may have the same id
            changes = before_after.differences(was, now)
            self._plan_change(record, status, changes=changes, image=now)

    def _stored_images(self, records: Sequence[Record]) -> dict[int, before_after.Image]:
        return before_after.stored(self.reader.kind, records, source=self.loader.source)

    def _plan_change(
        self, record: Record, status: Status, *, changes: list[list[str]], image: before_after.Image
    ) -> None:
        key = " · ".join(
            str(record.values[name])
            for name in SPECS[self.reader.kind].key
            if record.values.get(name)
        )
        title = next((image[name] for name in _NAMED_BY if image.get(name)), "")
        self._add_planned_change(
            record.position, status, {"key": key, "title": title, "changes": changes}
        )

    def _sample_problems(self, batch: list[Row], result: LoadResult) -> None:
        problems: dict[int, list[RecordError]] = {}
        for problem in result.problems:
            self.found.codes[problem.field, problem.code] += 1
            problems.setdefault(problem.position, []).append(problem)
        rows = dict(batch)
        spec = SPECS[self.reader.kind]
        for position in sorted(problems):
            status = Status.REJECTED if not problems[position][0].warning else "warning"
            if self.found.sampled[status] >= _SAMPLES:
                continue
            self.found.sampled[status] += 1
            said = [[p.field, p.code, storable(p.message)] for p in problems[position]]
            key, title = _key_and_title(self.reader.as_sent(rows.get(position, [])), spec=spec)
            self._add_planned_change(
                position, status, {"key": key, "title": title, "problems": said}
            )

    def _add_planned_change(self, position: int, status: str, record: dict[str, Any]) -> None:
        self.found.planned.append(
            PlannedChange(file=self.file, position=position, status=status, record=record)
        )


def _key_and_title(raw: object, *, spec: RecordSpec) -> tuple[str, str]:
    """Key and title of a row as it came; its first cells where it could not be taken apart."""
    record: dict[str, Any] = dict(raw) if isinstance(raw, Mapping) else {}
    cells = record.get("row", [])
    key = " · ".join(str(record[name]) for name in spec.key if record.get(name))
    title = next((str(record[name]) for name in _NAMED_BY if record.get(name)), "")
    return storable(key or " · ".join(cells[:3]))[:200], storable(title)[:200]


def check_upload(
    file: ImportFile, *, day: date, now: datetime, on_progress: Callable[[int], None]
) -> None:
    """Leaves counts, a sample of changes and of problems; of the facts, nothing is written.

    `on_progress` gets the number of pieces looked at, outside of what is taken back.
    """
    reader = reader_of(file, now=now)
    loader = loader_of(file, day=day, now=now)
    loader.directory = _DryDirectory()
    effect = RevenueEffect.of(day=day) if reader.kind in TOUCHING else None
    check = _Check(file, reader, loader, _Findings(effect=effect))
    _begin_anew(file)
    with ExitStack() as stack:
        for batches, reached in _piece_groups(file, source=loader.source, stack=stack):
            _taken_back(check, batches)
            on_progress(reached)
    check.ask()
    _store_findings(file, check.found)


def _piece_groups(
    file: ImportFile, *, source: str, stack: ExitStack
) -> Iterator[tuple[Batches, int]]:
    """Rows that are tried together, and of how many pieces the check can say then that it has
    looked at them."""
    columns = columns_of(file)

    def pieces() -> Iterator[list[Row]]:
        for number in range(file.chunks):
            yield list(columns.records(rows_of(file, number=number)))

    if file.rows <= ONE_TRANSACTION:
        yield pieces, file.chunks
        return
    keys = ShardKeys(Kind(file.kind), columns.fields, source=source)
    if keys.needs_families:
        for batch in pieces():
            keys.learn_families(batch)
    counts = len(columns.spread.counts) if columns.spread else 1
    shards = AccountShards(file.rows * counts, stack=stack)
    for batch in pieces():
        shards.add(batch, keys.of(batch))
    for number in range(len(shards)):
        yield partial(shards.batches, number), file.chunks * (number + 1) // len(shards)


def _taken_back(check: _Check, batches: Batches) -> None:
    """What was looked up of rows that are taken back is forgotten as well."""
    with transaction.atomic():
        standing = AccountEffect.begun()
        mark = transaction.savepoint()
        for batch in filter(None, batches()):
            check.try_batch(batch)
        check.derive(batches)
        standing.look(now=check.loader.now)
        transaction.savepoint_rollback(mark)
        standing.look_back()
    check.keep_standing(standing)
    check.loader.directory = _DryDirectory()


def _rows_at(batches: Batches, positions: Container[int]) -> list[Row]:
    return [row for batch in batches() for row in batch if row[0] in positions]


def _current_file(file: ImportFile) -> QuerySet[ImportFile]:
    """Empty when the columns were changed meanwhile: then this answers an old question."""
    state = ImportFile.State.CHECKING
    return ImportFile.objects.filter(pk=file.pk, version=file.version, state=state)


def _begin_anew(file: ImportFile) -> None:
    with transaction.atomic():
        if _current_file(file).select_for_update().exists():
            PlannedChange.objects.filter(file=file).delete()


def _keep_moved(file: ImportFile, moved: Sequence[Moved]) -> None:
    """As they come: a file may be about every account."""
    rows = (
        PlannedChange(
            file=file,
            position=account_effect.rank(pair),
            status="account",
            record=account_effect.planned(*pair),
        )
        for pair in moved
    )
    with transaction.atomic():
        if moved and _current_file(file).select_for_update().exists():
            PlannedChange.objects.bulk_create(rows, batch_size=500)


def _store_findings(file: ImportFile, found: _Findings) -> None:
    with transaction.atomic():
        state = ImportFile.State.CHECKED
        if _current_file(file).update(state=state, outcome=found.as_json()):
            PlannedChange.objects.bulk_create(found.planned, batch_size=500)
