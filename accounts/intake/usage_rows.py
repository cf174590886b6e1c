"""Usage rows at a million a file: what was read once is recognised, not read again.

The general reader decides what a good row is; this one only remembers its verdicts by value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from accounts.catalogue import ActorClass
from accounts.intake.csv_files import as_mapping, ragged
from accounts.intake.errors import RecordError
from accounts.intake.parse_options import ParseOptions
from accounts.intake.records import Record, RecordReader
from accounts.intake.specs.usage import USAGE

_MOST_DIGITS = 9
_TOO_MANY = 10**_MOST_DIGITS
_MOST_DAYS = 10_000
_OF_A_DAY = ("covers", "day")
_COLUMNS = ("account", "day", "feature", "events")


@dataclass(slots=True)
class UsageRow:
    """Events of one account, day, feature and class of actor (ActorClass.number); as narrow as it
    goes, there are millions. `days`: how many days up to that one they are of. `value`:
    ten-thousandths of what they are worth together, None where nobody says."""

    position: int
    account: str
    day: date
    feature: str
    events: int
    actor: int = ActorClass.PERSON.number
    days: int = 1
    value: int | None = None


def is_plain(header: Sequence[str], reading: ParseOptions) -> bool:
    """Whether each row says it all, of its own day: then what was read once is recognised."""
    said = {name: value for name, value in reading.constants.items() if (name, value) != _OF_A_DAY}
    return "covers" not in header and not said


@dataclass(slots=True)
class UsageReader:
    """Reads the rows of one file; `header` names the columns in the file's order."""

    header: tuple[str, ...]
    reading: ParseOptions
    _accounts: set[str] = field(default_factory=set)
    _features: set[str] = field(default_factory=set)
    _days: dict[str, date] = field(default_factory=dict)
    _reader: RecordReader | None = None

    def read(
        self, rows: Iterable[tuple[int, list[str]]]
    ) -> tuple[list[UsageRow], list[RecordError]]:
        good: list[UsageRow] = []
        errors: list[RecordError] = []
        if set(self.header) != set(_COLUMNS) or not is_plain(self.header, self.reading):
            for line, row in rows:
                self._read_slowly(line, row, good=good, errors=errors)
            return good, errors
        account_at, day_at, feature_at, events_at = map(self.header.index, _COLUMNS)
        width, accounts, features, days = len(_COLUMNS), self._accounts, self._features, self._days
        for line, row in rows:
            if len(row) == width:
                account, feature, events = row[account_at], row[feature_at], row[events_at]
                day = days.get(row[day_at])
                if (
                    day is not None
                    and account in accounts
                    and feature in features
                    and events.isdecimal()
                    and events.isascii()
                    and len(events) <= _MOST_DIGITS
                ):
                    good.append(UsageRow(line, account, day, feature, int(events)))
                    continue
            self._read_slowly(line, row, good=good, errors=errors)
        return good, errors

    def read_objects(
        self, rows: Iterable[tuple[int, object]]
    ) -> tuple[list[UsageRow], list[RecordError]]:
        """The same for records of JSON, whose values carry types."""
        good: list[UsageRow] = []
        errors: list[RecordError] = []
        accounts, features, days, width = self._accounts, self._features, self._days, len(_COLUMNS)
        plain = is_plain((), self.reading)
        for index, raw in rows:
            if plain and isinstance(raw, dict) and len(raw) == width:
                account, day, feature, events = map(raw.get, _COLUMNS)
                if (
                    type(events) is int
                    and 0 <= events < _TOO_MANY
                    and type(account) is str
                    and type(feature) is str
                    and type(day) is str
                    and account in accounts
                    and feature in features
                    and day in days
                ):
                    good.append(UsageRow(index, account, days[day], feature, events))
                    continue
            outcome = self._record_reader().read(raw, position=index)
            if isinstance(outcome, list):
                errors.extend(outcome)
                continue
            found = usage_row(outcome)
            good.append(found)
            self._remember_plain_values(cast(Mapping[str, str], raw), found)
        return good, errors

    def _record_reader(self) -> RecordReader:
        self._reader = self._reader or RecordReader(spec=USAGE, reading=self.reading)
        return self._reader

    def _read_slowly(
        self, line: int, row: list[str], *, good: list[UsageRow], errors: list[RecordError]
    ) -> None:
        raw = as_mapping(row, header=self.header)
        if raw is None:
            errors.append(RecordError(line, "", "ragged", ragged(row, header=self.header)))
            return
        outcome = self._record_reader().read(raw, position=line)
        if isinstance(outcome, list):
            errors.extend(outcome)
            return
        found = usage_row(outcome)
        good.append(found)
        self._remember_plain_values(raw, found)

    def _remember_plain_values(self, raw: Mapping[str, str], found: UsageRow) -> None:
        """Only values that were taken exactly as they stand in the file."""
        if not is_plain(tuple(raw), self.reading):
            return
        if raw["account"] == found.account:
            self._accounts.add(found.account)
        if raw["feature"] == found.feature:
            self._features.add(found.feature)
        if len(self._days) < _MOST_DAYS:
            self._days[raw["day"]] = found.day


def usage_row(record: Record) -> UsageRow:
    values = record.values
    return UsageRow(
        record.position,
        str(values["account"]),
        cast(date, values["day"]),
        str(values["feature"]),
        cast(int, values["events"]),
        actor_of(record),
        cast(int, values.get("days", 1)),
        cast("int | None", values.get("total_value")),
    )


def actor_of(record: Record) -> int:
    return ActorClass(str(record.values.get("actor") or ActorClass.PERSON)).number
