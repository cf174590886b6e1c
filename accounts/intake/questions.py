"""What a file leaves open once its columns are matched: asked once, and kept with its source.

Each question comes with what was seen of it: words with their counts, empty cells, ends of
contracts beside the starts of the next ones.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from accounts.intake.annual_price import whole_months
from accounts.intake.errors import FieldError, FileRefused
from accounts.intake.field_values import EmptyValue, read_field
from accounts.intake.fields import Field, Kind, Type
from accounts.intake.parse_options import EndDate, ParseOptions
from accounts.intake.specs import SPECS
from accounts.intake.wide_rows import given_by
from accounts.intake.word_meanings import meanings, plain_word

MOST_WORDS = 60
_DAY = timedelta(days=1)
# Fields whose values are words of a list that is ours; so is a short scale.
_WORDED = frozenset({Type.CHOICE, Type.CHOICES, Type.BOOLEAN})
_LONGEST_SCALE = 10
# Fields that one fixed value may fill for a whole file.
_FIXED = frozenset({Type.CHOICE, Type.CURRENCY, Type.KIND, Type.KEY})


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the source, as it is first written, and what it means here; None: nobody knows."""

    text: str
    count: int
    meaning: str | None


@dataclass(slots=True)
class _Seen:
    words: Counter[str] = field(default_factory=Counter)
    written: dict[str, str] = field(default_factory=dict)
    empty: int = 0


@dataclass(frozen=True, slots=True)
class ColumnFindings:
    """Of one column: its words, where they are of a list; how many cells are empty."""

    field: Field
    words: tuple[Word, ...]
    empty: int


def findings(
    rows: Iterable[Sequence[str]],
    *,
    places: Mapping[str, int],
    kind: Kind,
    reading: ParseOptions,
) -> list[ColumnFindings]:
    """By field, in the order of the record. `places`: of the fields in a row."""
    fields = [f for f in SPECS[kind].fields if f.name in places and _is_asked(f)]
    seen = {f.name: _Seen() for f in fields}
    for row in rows:
        for one in fields:
            place = places[one.name]
            cell = row[place].strip() if place < len(row) else ""
            _note_cell(seen[one.name], cell, one, reading=reading)
    return [
        ColumnFindings(
            one, _word_counts(seen[one.name], one, kind=kind, reading=reading), found.empty
        )
        for one in fields
        for found in (seen[one.name],)
    ]


def _is_asked(one: Field) -> bool:
    return one.is_telling or is_worded(one)


def is_worded(one: Field) -> bool:
    return one.type in _WORDED or (one.type == Type.INTEGER and one.max_value <= _LONGEST_SCALE)


def answers(one: Field) -> list[str]:
    """What a word may mean: our words, or the steps of the scale."""
    if one.type == Type.BOOLEAN:
        return ["true", "false"]
    if one.type == Type.INTEGER:
        return [str(n) for n in range(one.min_value, one.max_value + 1)]
    return sorted(one.options)


def _note_cell(seen: _Seen, cell: str, one: Field, *, reading: ParseOptions) -> None:
    if not cell:
        seen.empty += 1
        return
    if not is_worded(one):
        return
    for part in cell.split(reading.list_mark) if one.type == Type.CHOICES else (cell,):
        word = plain_word(part)
        if word in seen.words or len(seen.words) < MOST_WORDS:
            seen.words[word] += 1
            seen.written.setdefault(word, part.strip())


def _word_counts(seen: _Seen, one: Field, *, kind: Kind, reading: ParseOptions) -> tuple[Word, ...]:
    return tuple(
        Word(seen.written[word], count, meaning_of(seen.written[word], one, kind, reading))
        for word, count in sorted(seen.words.items(), key=lambda item: (-item[1], item[0]))
    )


def meaning_of(text: str, one: Field, kind: Kind, reading: ParseOptions) -> str | None:
    """What a record with that word would store, as a text; "" for no value, None where it would
    not be read."""
    words = {**meanings(kind, one), **reading.words.get(one.name, {})}
    try:
        value = read_field(text, field=one, reading=reading, words=words)
    except EmptyValue:
        return ""
    except FieldError:
        return None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "|".join(value) if isinstance(value, tuple) else str(value)


def fixed_fields(kind: Kind, columns: Mapping[str, str]) -> list[Field]:
    """Fields without a column that one value may fill for all rows, where every record needs them
    or they say what another one means."""
    named = given_by(columns.values(), spec=SPECS[kind])
    found = [
        f for f in SPECS[kind].fields if f.required and f.type in _FIXED and f.name not in named
    ]
    if kind == Kind.CONTRACTS and "amount" in named and "amount_per" not in named:
        found.append(SPECS[kind].by_name()["amount_per"])
    if "covers" in SPECS[kind].by_name() and "covers" not in named:
        found.append(SPECS[kind].by_name()["covers"])
    return found


def are_weeks(days: Iterable[date]) -> bool:
    """Whether these may be the names of weeks: several, and all of one weekday."""
    distinct = set(days)
    return len(distinct) > 1 and len({day.weekday() for day in distinct}) == 1


def are_months(days: Iterable[date]) -> bool:
    """Whether these may be the names of months: several, all of them first days, or all last."""
    distinct = set(days)
    firsts = sum(day.day == 1 for day in distinct)
    lasts = sum((day + _DAY).day == 1 for day in distinct)
    return len(distinct) > 1 and len(distinct) in (firsts, lasts)


def refuse_months(days: Iterable[date], *, advice: str) -> None:
    """Where nobody said what is counted. No window of four weeks can be told from sums of months.

    Raises:
        FileRefused: the days may be the names of months.
    """
    if are_months(days):
        message = (
            "tells of the first or the last days of months alone. Sums over months are not read:"
            f" export by day or by week. If these are counts of those days, say so: {advice}"
        )
        raise FileRefused("monthly_sums", message)


def days_of(
    rows: Iterable[Sequence[str]], *, columns: Sequence[str], kind: Kind, reading: ParseOptions
) -> set[date]:
    """The days of which a table tells: those of its rows, or of its columns."""
    field = SPECS[kind].by_name()["day"]
    texts = {ours.removeprefix("day:") for ours in columns if ours.startswith("day:")}
    if "day" in columns:
        place = columns.index("day")
        texts = {row[place].strip() for row in rows if place < len(row)}
    found = set()
    for text in texts:
        with suppress(FieldError, EmptyValue):
            found.add(read_field(text, field=field, reading=reading))
    return {day for day in found if isinstance(day, date)}


_ENDS_AT_LEAST = 10  # of fewer it says little that none is still to come


@dataclass(frozen=True, slots=True)
class EndEvidence:
    """Contracts of one account that follow each other, by when the next one starts; and terms whose
    length is a number of whole months if their end is so read. `are_cancellations`: most contracts
    have no end, and those that have one ended by now."""

    are_cancellations: bool = False
    next_same_day: int = 0
    next_day_after: int = 0
    whole_if_renewal: int = 0
    whole_if_last_day: int = 0

    @property
    def guess(self) -> EndDate | None:
        if self.are_cancellations:
            return EndDate.CANCELLED
        for renewal, last_day in (
            (self.next_same_day, self.next_day_after),
            (self.whole_if_renewal, self.whole_if_last_day),
        ):
            if renewal != last_day:
                return EndDate.RENEWAL if renewal > last_day else EndDate.LAST_DAY
        return None


def end_evidence(terms: Iterable[tuple[str, date, date]]) -> EndEvidence:
    """`terms`: account, start and end as written."""
    counts: Counter[str] = Counter()
    for _, of_account in groupby(sorted(terms), key=lambda term: term[0]):
        before: date | None = None
        for _, start, end in of_account:
            counts["same"] += start == before
            counts["after"] += before is not None and start == before + _DAY
            counts["renewal"] += end > start and whole_months(start, end) is not None
            counts["last"] += end >= start and whole_months(start, end + _DAY) is not None
            before = end
    return EndEvidence(
        next_same_day=counts["same"],
        next_day_after=counts["after"],
        whole_if_renewal=counts["renewal"],
        whole_if_last_day=counts["last"],
    )


def are_cancellations(terms: Sequence[tuple[str, date, date]], *, rows: int, today: date) -> bool:
    """Whether ends say when a contract was left: most of the rows have none, and no end is still
    to come, as some of agreed terms would be."""
    return (
        len(terms) >= _ENDS_AT_LEAST
        and len(terms) * 2 < rows
        and all(end <= today for _, _, end in terms)
    )


def terms_of(
    rows: Iterable[Sequence[str]], *, places: Mapping[str, int], reading: ParseOptions
) -> list[tuple[str, date, date]]:
    """Of rows that have an account, a start and an end that can be read."""
    if not {"account", "starts_on", "ends_on"} <= set(places):
        return []
    fields = SPECS[Kind.CONTRACTS].by_name()
    found = []
    for row in rows:
        try:
            start, end = (
                read_field(row[places[name]], field=fields[name], reading=reading)
                for name in ("starts_on", "ends_on")
            )
        except (FieldError, EmptyValue, IndexError):
            continue
        if isinstance(start, date) and isinstance(end, date) and end.year < 2099:
            found.append((row[places["account"]], start, end))
    return found
