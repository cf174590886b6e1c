"""How the values of one source are read: as a mapping chose, or as JSON says by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from accounts.intake.dates import DateOptions


class EmptyCell(StrEnum):
    """What an empty cell says: nothing, that there is no value, or a question for a person."""

    KEEP = "keep"
    CLEAR = "clear"
    HOLD = "hold"


class EndDate(StrEnum):
    """What the end of a contract is in a file: its renewal date, the last day it covers, or the day
    on which it was cancelled, where contracts that run have none."""

    RENEWAL = "renewal"
    LAST_DAY = "last_day"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """`typed`: values carry JSON types and a number is never in quotes. `decimal_mark` None: nobody
    chose one. `empty`: by field, where it differs from `empty_cells`. `words`: by field, what each
    word of the source means, in lower case; an empty meaning is no value. `constants`: by field,
    the text of a record that has no value of its own.
    """

    calendar: DateOptions
    typed: bool = True
    decimal_mark: str | None = None
    list_mark: str = "|"
    empty_cells: EmptyCell = EmptyCell.KEEP
    empty: Mapping[str, EmptyCell] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    end_date: EndDate = EndDate.RENEWAL

    def empty_cell(self, name: str) -> EmptyCell:
        return self.empty.get(name, self.empty_cells)


def iso_reading(*, now: datetime, typed: bool = True) -> ParseOptions:
    """The reading of native JSON (typed) and of a CSV file without a chosen mapping."""
    return ParseOptions(calendar=DateOptions(now=now.astimezone(UTC)), typed=typed)
