"""Rows of a table to batches of typed facts, each row a fact or what is wrong with it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from accounts.intake import csv_files
from accounts.intake.errors import RecordError
from accounts.intake.fields import Kind
from accounts.intake.parse_options import ParseOptions
from accounts.intake.plain_blocks import PlainBlock
from accounts.intake.read_batches import ReadBatch
from accounts.intake.records import Record, RecordReader
from accounts.intake.specs import SPECS
from accounts.intake.usage_blocks import BlockReader
from accounts.intake.usage_rows import UsageReader, is_plain

Row = tuple[int, list[str]]


@dataclass(slots=True)
class RowReader:
    """Reads rows whose cells are `fields`, in that order, and remembers what it has understood."""

    kind: Kind
    fields: tuple[str, ...]
    reading: ParseOptions
    _records: RecordReader | None = None
    _usage: UsageReader | None = None
    _blocks: BlockReader | None = None

    def read(self, rows: list[Row], *, reached: int = 0) -> ReadBatch:
        batch = ReadBatch(self.kind, read=len(rows), reached=reached)
        batch.as_sent = lambda positions: self._rows_as_sent(rows, positions)
        if self.kind != Kind.USAGE:
            batch.records, batch.errors = self.records(rows)
        elif is_plain(self.fields, self.reading):
            batch.usage_columns, batch.errors = self._block_reader().read(rows)
        else:
            self._usage = self._usage or UsageReader(self.fields, self.reading)
            batch.usage, batch.errors = self._usage.read(rows)
        return batch

    def read_block(self, block: PlainBlock) -> ReadBatch:
        """Usage straight from the bytes of a file."""
        batch = ReadBatch(self.kind)
        batch.as_sent = lambda positions: self._rows_as_sent(
            block.rows(sorted(position - block.line for position in positions)), positions
        )
        batch.usage_columns, batch.errors = self._block_reader().read_block(block)
        return batch

    def records(self, rows: Iterable[Row]) -> tuple[list[Record], list[RecordError]]:
        """Of any kind, usage as well."""
        self._records = self._records or RecordReader(spec=SPECS[self.kind], reading=self.reading)
        read = self._records.read
        records: list[Record] = []
        errors: list[RecordError] = []
        for line, row in rows:
            raw = csv_files.as_mapping(row, header=self.fields)
            if raw is None:
                message = csv_files.ragged(row, header=self.fields)
                errors.append(RecordError(line, "", "ragged", message))
                continue
            outcome = read(raw, position=line)
            if isinstance(outcome, Record):
                records.append(outcome)
            else:
                errors += outcome
        return records, errors

    def as_sent(self, row: list[str]) -> object:
        return csv_files.as_mapping(row, header=self.fields) or {"row": row}

    def _rows_as_sent(
        self, rows: Iterable[Row], positions: Collection[int]
    ) -> Mapping[int, object]:
        if not positions:
            return {}
        return {line: self.as_sent(row) for line, row in rows if line in positions}

    def _block_reader(self) -> BlockReader:
        self._blocks = self._blocks or BlockReader(self.fields, self.reading)
        return self._blocks
