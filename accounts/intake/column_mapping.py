"""How one file is to be read: its columns, its dates, its decimals, its clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.fields import Kind
from accounts.intake.moments import DateOptions, DateOrder
from accounts.intake.parse_options import ParseOptions
from accounts.intake.specs import SPECS

# Columns that the list of refused rows brings along: they name the row, and say nothing about it.
ROW_COLUMN = "import row"
NOTES = frozenset({ROW_COLUMN, "import problem", "import field"})


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """`columns`: names of the header to our fields; what is missing or empty is left out.

    `date_order` None: the dates read in two ways, and nobody has chosen yet. `source`: the key of
    the source whose ids the records carry.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = DateOrder.ISO
    decimal_mark: str = "."
    zone: str = "UTC"
    backfill: bool = False
    source: str = DIRECT_SOURCE

    def reading(self, *, now: datetime) -> ParseOptions:
        calendar = DateOptions(
            now=now.astimezone(UTC),
            order=self.date_order or DateOrder.ISO,
            zone=ZoneInfo(self.zone),
        )
        return ParseOptions(calendar=calendar, typed=False, decimal_mark=self.decimal_mark)

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "date_order": self.date_order.value if self.date_order else "",
            "decimal_mark": self.decimal_mark,
            "zone": self.zone,
            "backfill": self.backfill,
            "source": self.source,
        }

    def chosen(self, header: Sequence[str]) -> "Columns":
        places = [n for n, name in enumerate(header) if self.columns.get(name)]
        return Columns(len(header), tuple(self.columns[header[n]] for n in places), tuple(places))


@dataclass(frozen=True, slots=True)
class Columns:
    """Which places of a row of `width` cells carry which of our fields."""

    width: int
    fields: tuple[str, ...]
    places: tuple[int, ...]

    def pick(self, row: list[str]) -> list[str]:
        """A ragged row as it is: its error shows all it has."""
        return [row[place] for place in self.places] if len(row) == self.width else row


def mapping_of(stored: Mapping[str, Any]) -> ColumnMapping:
    order = stored.get("date_order", DateOrder.ISO)
    return ColumnMapping(
        columns=dict(stored.get("columns", {})),
        date_order=DateOrder(order) if order else None,
        decimal_mark=stored.get("decimal_mark", "."),
        zone=stored.get("zone", "UTC"),
        backfill=bool(stored.get("backfill", False)),
        source=stored.get("source", DIRECT_SOURCE),
    )


def faults(columns: Mapping[str, str], *, kind: Kind) -> list[str]:
    """What keeps a mapping from being used, in words; empty when nothing does."""
    spec = SPECS[kind]
    named = [ours for ours in columns.values() if ours]
    found = []
    missing = [f.name for f in spec.fields if f.required and f.name not in named]
    if missing:
        found.append(f"Choose a column for {', '.join(missing)}: every record needs it.")
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        found.append(f"Two columns go to {', '.join(twice)}: keep one of both.")
    return found
