"""How one file is to be read: its columns, what its words, empty cells and ends mean, its clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.csv_files import UNNAMED
from accounts.intake.errors import FileRefused, shown
from accounts.intake.fields import Kind, Type
from accounts.intake.matching import guess_columns
from accounts.intake.moments import DateOptions, DateOrder
from accounts.intake.parse_options import EmptyCell, EndDate, ParseOptions
from accounts.intake.specs import SPECS

# Columns that the list of refused rows brings along: they name the row, and say nothing about it.
ROW_COLUMN = "import row"
NOTES = frozenset({ROW_COLUMN, "import problem", "import field"})


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """`columns`: names of the header to our fields; what is missing or empty is left out.

    `date_order` None: the dates read in two ways, and nobody has chosen yet. `source`: the key of
    the source whose ids the records carry. `words`, `constants`, `empty_cells` and `empty` as in
    ParseOptions. `end_date` None: what the ends of contracts are, nobody has said yet.
    `ignores_rest`: columns that it does not know are left out instead of refused.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = DateOrder.ISO
    decimal_mark: str = "."
    zone: str = "UTC"
    backfill: bool = False
    source: str = DIRECT_SOURCE
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    empty_cells: EmptyCell = EmptyCell.KEEP
    empty: Mapping[str, EmptyCell] = field(default_factory=dict)
    end_date: EndDate | None = EndDate.RENEWAL
    ignores_rest: bool = False

    def reading(self, *, now: datetime) -> ParseOptions:
        calendar = DateOptions(
            now=now.astimezone(UTC),
            order=self.date_order or DateOrder.ISO,
            zone=ZoneInfo(self.zone),
        )
        plain = ParseOptions(calendar=calendar, typed=False, decimal_mark=self.decimal_mark)
        return self.meanings(plain)

    def meanings(self, plain: ParseOptions) -> ParseOptions:
        """What values of this source mean, whatever they are written in."""
        return replace(
            plain,
            words=self.words,
            constants=self.constants,
            empty_cells=self.empty_cells,
            empty=self.empty,
            end_date=self.end_date or EndDate.RENEWAL,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "date_order": self.date_order.value if self.date_order else "",
            "decimal_mark": self.decimal_mark,
            "zone": self.zone,
            "backfill": self.backfill,
            "source": self.source,
            "words": {name: dict(words) for name, words in self.words.items()},
            "constants": dict(self.constants),
            "empty_cells": self.empty_cells.value,
            "empty": {name: said.value for name, said in self.empty.items()},
            "end_date": self.end_date.value if self.end_date else "",
            "ignores_rest": self.ignores_rest,
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
    end_date = stored.get("end_date", EndDate.RENEWAL)
    return ColumnMapping(
        columns=dict(stored.get("columns", {})),
        date_order=DateOrder(order) if order else None,
        decimal_mark=stored.get("decimal_mark", "."),
        zone=stored.get("zone", "UTC"),
        backfill=bool(stored.get("backfill", False)),
        source=stored.get("source", DIRECT_SOURCE),
        words=dict(stored.get("words", {})),
        constants=dict(stored.get("constants", {})),
        empty_cells=EmptyCell(stored.get("empty_cells", EmptyCell.KEEP)),
        empty={name: EmptyCell(said) for name, said in stored.get("empty", {}).items()},
        end_date=EndDate(end_date) if end_date else None,
        ignores_rest=bool(stored.get("ignores_rest", False)),
    )


def our_names(
    header: Sequence[str],
    *,
    kind: Kind,
    columns: Mapping[str, str | None],
    ignores_rest: bool = False,
) -> list[str | None]:
    """Of each column the field it goes to: as it is mapped, as it is called, or as other tools call
    it, but for money. None: left out.

    Raises:
        FileRefused: a column is none of these.
    """
    known = SPECS[kind].by_name()
    free = [name for name in header if name not in columns]
    guessed = guess_columns(free, kind=kind)
    taken = {ours for ours in columns.values() if ours}
    found: list[str | None] = []
    for name in header:
        ours = columns[name] if name in columns else guessed[name] or name
        if name in columns and (ours is None or ours in known):
            found.append(ours)
        elif ours in known and (ours == name or known[ours].type != Type.AMOUNT):
            found.append(None if ours in taken else ours)
        elif ignores_rest or UNNAMED.fullmatch(name):
            found.append(None)
        else:
            message = (
                f"the column {shown(name)} is not one of {kind} ({', '.join(known)}); "
                "map it to one of them or leave it out"
            )
            raise FileRefused("unknown_column", message)
    return found


def faults(
    columns: Mapping[str, str], *, kind: Kind, constants: Mapping[str, str] | None = None
) -> list[str]:
    """What keeps a mapping from being used, in words; empty when nothing does."""
    spec = SPECS[kind]
    named = [ours for ours in columns.values() if ours]
    found = []
    given = {*named, *(constants or {})}
    missing = spec.not_given(given)
    if missing:
        found.append(f"Choose a column for {', '.join(missing)}: every record needs it.")
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        found.append(f"Two columns go to {', '.join(twice)}: keep one of both.")
    return found
