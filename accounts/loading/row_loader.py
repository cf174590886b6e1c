"""Rows of a table to facts: typed, refused or written, a batch at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake import csv_files
from accounts.intake.errors import RecordError
from accounts.intake.fields import Kind
from accounts.intake.parse_options import ParseOptions
from accounts.intake.plain_blocks import PlainBlock
from accounts.intake.records import Record, RecordReader
from accounts.intake.specs import SPECS
from accounts.intake.usage_blocks import BlockReader, UsageColumns
from accounts.intake.usage_rows import UsageReader, is_plain
from accounts.loading.account_names import renamed_columns, renamed_rows
from accounts.loading.batches import load, remember
from accounts.loading.cycles import without_cycle_search
from accounts.loading.due_ledgers import keep_due
from accounts.loading.results import LoadResult
from accounts.loading.run_memory import RunMemory
from accounts.loading.runs import count, keep_notices, keep_problems
from accounts.loading.usage import distinct_rows, load_usage
from accounts.loading.usage_columns import load_usage_columns
from accounts.loading.usage_ids import UsageIds
from accounts.loading.waiting_movements import keep_waiting
from accounts.models import ImportRun

Row = tuple[int, list[str]]


@dataclass(slots=True)
class RowLoader:
    """Reads rows whose cells are `fields`, in that order, and remembers what it has looked up."""

    kind: Kind
    fields: tuple[str, ...]
    reading: ParseOptions
    day: date
    now: datetime
    backfill: bool = False
    source: str = DIRECT_SOURCE
    directory: UsageIds = field(default_factory=UsageIds)
    memory: RunMemory = field(default_factory=RunMemory)
    # Whether somebody looks at each row: counting them by the ten thousand is faster.
    is_listing: bool = False
    _usage: BlockReader | None = None
    _reader: RecordReader | None = None

    def load(self, batch: list[Row]) -> LoadResult:
        """What became of each row; one transaction, or the caller's. Its ledgers are due."""
        with transaction.atomic():
            return self._load_usage(batch) if self.kind == Kind.USAGE else self._load_records(batch)

    def records(self, batch: Iterable[Row]) -> tuple[list[Record], list[RecordError]]:
        reader = self._record_reader()
        records: list[Record] = []
        errors: list[RecordError] = []
        for line, row in batch:
            raw = csv_files.as_mapping(row, header=self.fields)
            if raw is None:
                message = csv_files.ragged(row, header=self.fields)
                errors.append(RecordError(line, "", "ragged", message))
                continue
            outcome = reader.read(raw, position=line)
            if isinstance(outcome, Record):
                records.append(outcome)
            else:
                errors += outcome
        return records, errors

    def remember(self, batch: Iterable[Row]) -> None:
        """Rows that the run has loaded before it was interrupted."""
        records, _ = self.records(batch)
        remember(self.kind, records, source=self.source, memory=self.memory)

    def _record_reader(self) -> RecordReader:
        self._reader = self._reader or RecordReader(spec=SPECS[self.kind], reading=self.reading)
        return self._reader

    def _load_records(self, batch: list[Row]) -> LoadResult:
        records, errors = self.records(batch)
        result = load(
            kind=self.kind,
            records=records,
            day=self.day,
            now=self.now,
            source=self.source,
            backfill=self.backfill,
            directory=self.directory,
            memory=self.memory,
            is_part=True,
        )
        result.reject(errors)
        return result

    def _load_usage(self, batch: list[Row]) -> LoadResult:
        if self.is_listing or not is_plain(self.fields, self.reading):
            rows, errors = UsageReader(self.fields, self.reading).read(batch)
            result = LoadResult()
            result.reject(errors)
            rows = renamed_rows(rows, source=self.source, directory=self.directory)
            load_usage(distinct_rows(rows, result=result), result=result, **self._usage_arguments())
            return result
        return self._load_columns(*self._block_reader().read(batch))

    def load_block(self, block: PlainBlock) -> LoadResult:
        """Usage straight from the bytes of a file."""
        with transaction.atomic():
            return self._load_columns(*self._block_reader().read_block(block))

    def _block_reader(self) -> BlockReader:
        self._usage = self._usage or BlockReader(self.fields, self.reading)
        return self._usage

    def _load_columns(self, columns: UsageColumns, errors: list[RecordError]) -> LoadResult:
        result = LoadResult(is_listing=False)
        result.reject(errors)
        columns = renamed_columns(columns, source=self.source, directory=self.directory)
        load_usage_columns(columns, result=result, **self._usage_arguments())
        return result

    def _usage_arguments(self) -> dict[str, Any]:
        return {"directory": self.directory, "day": self.day, "backfill": self.backfill}

    def as_sent(self, row: list[str]) -> object:
        return csv_files.as_mapping(row, header=self.fields) or {"row": row}


@without_cycle_search()
def load_counted(batch: list[Row], *, loader: RowLoader, run: ImportRun) -> LoadResult:
    """Rows, the problems kept of them and the run's sums: in the caller's transaction."""
    result = loader.load(batch)
    _keep_refused_rows(batch, result, loader=loader, run=run)
    count(run, result, read=len(batch))
    keep_due(run, result.due)
    keep_waiting(run, result.waiting, raw={n: loader.as_sent(row) for n, row in batch})
    first = {notice.position for notice in result.notices.values()}
    raw = {line: loader.as_sent(row) for line, row in batch if line in first}
    keep_notices(run, result.notices, raw=raw)
    return result


def load_block_counted(block: PlainBlock, *, loader: RowLoader, run: ImportRun) -> LoadResult:
    result = loader.load_block(block)
    refused = sorted({problem.position - block.line for problem in result.problems})
    _keep_refused_rows(block.rows(refused), result, loader=loader, run=run)
    count(run, result, read=sum(result.counts().values()))
    return result


def _keep_refused_rows(
    rows: list[Row], result: LoadResult, *, loader: RowLoader, run: ImportRun
) -> None:
    refused = {problem.position for problem in result.problems}
    raw = {line: loader.as_sent(row) for line, row in rows if line in refused}
    keep_problems(run, result.problems, raw=raw)
