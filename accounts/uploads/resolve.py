"""Refused rows that a mended file brought again: settled where they are now in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from accounts.intake.column_mapping import ROW_COLUMN, mapping_of
from accounts.intake.fields import Kind
from accounts.intake.kept_rows import Row
from accounts.intake.specs import SPECS
from accounts.models import ImportFile, ImportRun, RejectedRecord, User

Key = tuple[str, ...]


@dataclass(slots=True)
class FixedRows:
    """By the row's number where the file still has that column, else by the record's key."""

    run: ImportRun | None
    user: User | None
    now: datetime
    row_place: int | None = None
    key_places: tuple[int, ...] = ()
    positions: dict[Key, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, file: ImportFile, *, now: datetime) -> "FixedRows":
        fixed = cls(file.fixes, file.user, now)
        if file.fixes is None:
            return fixed
        header = file.header
        if ROW_COLUMN in header:
            fixed.row_place = header.index(ROW_COLUMN)
        else:
            fixed._by_key(file, header=header)
        return fixed

    def _by_key(self, file: ImportFile, *, header: Sequence[str]) -> None:
        keys = SPECS[Kind(file.kind)].key
        columns = mapping_of(file.mapping).columns
        theirs = {ours: name for name, ours in columns.items() if ours}
        if not all(theirs.get(name) in header for name in keys):
            return
        self.key_places = tuple(header.index(theirs[name]) for name in keys)
        found = defaultdict(list)
        for position, record in open_records(self.run).values_list("position", "record"):
            found[tuple(str(record.get(name, "")) for name in keys)].append(position)
        self.positions = dict(found)

    def resolve(self, taken: Sequence[Row]) -> int:
        if self.run is None:
            return 0
        positions = (
            self._named_positions(taken)
            if self.row_place is not None
            else self._positions_of_keys(taken)
        )
        return (
            open_records(self.run)
            .filter(position__in=positions)
            .update(settled_at=self.now, settled_by=self.user)
        )

    def _named_positions(self, taken: Sequence[Row]) -> list[int]:
        cells = (row[self.row_place or 0].strip() for _, row in taken)
        return [int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 9]

    def _positions_of_keys(self, taken: Sequence[Row]) -> list[int]:
        keys = (tuple(row[place].strip() for place in self.key_places) for _, row in taken)
        return [position for key in keys for position in self.positions.get(key, ())]


def open_records(run: ImportRun | None) -> QuerySet[RejectedRecord]:
    """Refused, and not in yet."""
    # Uses index: rejected_of_run
    return RejectedRecord.objects.filter(run=run, level="rejected", settled_at=None)
