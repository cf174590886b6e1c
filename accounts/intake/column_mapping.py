"""How one file is to be read: its columns, what its words, empty cells and ends mean, its clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.column_guesses import guess_columns
from accounts.intake.csv_files import UNNAMED
from accounts.intake.dates import DateOptions, DateOrder
from accounts.intake.errors import FileRefused, shown
from accounts.intake.fields import Kind, Type
from accounts.intake.parse_options import EmptyCell, EndDate, ParseOptions
from accounts.intake.specs import SPECS
from accounts.intake.wide_rows import (
    COLUMNS_IN_A_ROW,
    REST,
    Row,
    WideTable,
    given_by,
    is_total,
    named_by_rest,
    rest_of_days,
    spread_faults,
    spread_of,
)

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

    def chosen(self, header: Sequence[str], *, kind: Kind) -> "Columns":
        return Columns.of([self.columns.get(name) for name in header], kind=kind)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which places of a row of `width` cells carry which of our fields; `spread`: where some of
    them hold counts, of which every one is a record."""

    width: int
    fields: tuple[str, ...]
    places: tuple[int, ...]
    spread: WideTable | None = None

    @classmethod
    def of(cls, names: Sequence[str | None], *, kind: Kind) -> "Columns":
        """`names`: of each column the field it goes to, None or empty where it is left out."""
        places = tuple(n for n, ours in enumerate(names) if ours)
        fields = tuple(ours for ours in names if ours)
        spread = WideTable.of([ours or "" for ours in names], spec=SPECS[kind])
        return cls(len(names), spread.fields if spread else fields, places, spread)

    @property
    def keeps_all(self) -> bool:
        return self.spread is None and len(self.places) == self.width

    def line_of(self, position: int) -> int:
        """The row of the file that a record came from."""
        return position if self.spread is None else position // COLUMNS_IN_A_ROW

    def records(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The cells of `fields`, record by record. A ragged row goes through as it is: its error
        shows all it has."""
        for line, row in rows:
            if self.spread is not None:
                is_whole = len(row) == self.width
                yield from (
                    self.spread.records(line, row) if is_whole else [self.spread.ragged(line, row)]
                )
            elif len(row) == self.width:
                yield line, [row[place] for place in self.places]
            else:
                yield line, row


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
    spec = SPECS[kind]
    known = spec.by_name()
    free = [name for name in header if name not in columns]
    guessed = guess_columns(free, kind=kind)
    # Beside columns of counts, what is called “total” is no column of events.
    taken = given_by((ours for ours in columns.values() if ours), spec=spec)
    rest = columns.get(REST) or rest_of_days(columns.values(), spec=spec)
    found: list[str | None] = []
    for name in header:
        ours = columns[name] if name in columns else guessed[name] or name
        if name in columns and (ours is None or ours in known or spread_of(ours, spec=spec)):
            found.append(ours)
        elif ours in known and (ours == name or known[ours].type != Type.AMOUNT):
            found.append(None if ours in taken else ours)
        elif count := named_by_rest(name, rest, spec=spec):
            found.append(count)
        elif ignores_rest or UNNAMED.fullmatch(name) or (rest and is_total(name)):
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
    given = {*given_by(named, spec=spec), *(constants or {})}
    missing = spec.not_given(given)
    if missing:
        found.append(f"Choose a column for {', '.join(missing)}: every record needs it.")
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        found.append(f"Two columns go to {', '.join(twice)}: keep one of both.")
    return found + spread_faults(named, spec=spec)
