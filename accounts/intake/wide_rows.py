"""Tables with a column for each feature, or for each day: every count in them is a record.

Such a column goes to `feature:logins` or `day:2026-03-02`; a name of `*` with `feature:` or `day:`
stands for all columns that nobody named. An empty cell tells nothing: it is no record, and not 0.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from accounts.intake import texts
from accounts.intake.errors import FieldError
from accounts.intake.fields import RecordSpec

Row = tuple[int, list[str]]
REST = "*"
_MARK = ":"
# A record is numbered by its row and its column: the third of row 14 is 14003.
COLUMNS_IN_A_ROW = 1_000
MOST_WIDE_ROWS = 2_000_000  # numbers of records fit into four bytes
# What stands under all rows, or behind all columns, of a table that somebody added up.
TOTALS = frozenset(
    "total|totals|grand total|subtotal|sum|overall|average|avg|mean|all|all accounts".split("|")
)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[t ].*)?", re.IGNORECASE)
_COUNT = re.compile(r"-?[0-9]{1,3}(?:[.,' \u00a0\u202f][0-9]{3})*|-?[0-9]+(?:\.0*)?")


def row_and_column(position: int) -> tuple[int, int]:
    """Of the cell that a record of such a table came from; column 0 is the row as a whole."""
    return divmod(position, COLUMNS_IN_A_ROW)


def is_total(text: str) -> bool:
    return " ".join(text.lower().replace("_", " ").split()).strip("()$: ") in TOTALS


def spread_of(ours: str | None, *, spec: RecordSpec) -> tuple[str, str] | None:
    """The field and its value that a column stands for; None where it is a field of its own."""
    field, mark, value = (ours or "").partition(_MARK)
    return (field, value) if mark and field in spec.spread_over else None


def given_by(named: Iterable[str | None], *, spec: RecordSpec) -> set[str]:
    """The fields that columns which go there bring."""
    given = set()
    for ours in named:
        spread = spread_of(ours, spec=spec)
        given |= {spread[0], spec.counted} if spread else {ours or ""}
    return given


def named_by_rest(name: str, rest: str | None, *, spec: RecordSpec) -> str | None:
    """Where a column goes that nobody named, and that the rest of them stands for."""
    spread = spread_of(rest, spec=spec)
    return stands_for(name, spread[0]) if spread and not is_total(name) else None


def rest_of_days(named: Iterable[str | None], *, spec: RecordSpec) -> str | None:
    """Where columns go to days, the next export has others: those are read as they are."""
    spread = (spread_of(ours, spec=spec) for ours in named)
    return f"day{_MARK}" if any(found and found[0] == "day" for found in spread) else None


def stands_for(name: str, field: str) -> str | None:
    """`feature:reports_run` of a column called “Reports run”; None where its name is no such
    value."""
    with suppress(FieldError, ValueError):
        if field == "feature":
            return f"feature{_MARK}{texts.slug(texts.as_key(name))}"
        # With the year in front: nobody has chosen an order of dates for a header.
        match = _DAY.fullmatch(name)
        return f"day{_MARK}{date.fromisoformat(match[1])}" if match else None
    return None


def may_stand_for(name: str, *, spec: RecordSpec, features: Mapping[str, str]) -> list[str]:
    """What a column of counts may go to, by what it is called: a feature that is there first."""
    goes = [ours for field in spec.spread_over if (ours := stands_for(name, field))]
    return list(
        dict.fromkeys([*(_known_feature_field(name, ours, features) for ours in goes), *goes])
    )


def looks_like_counts(values: Sequence[str]) -> bool:
    """Mostly whole numbers, however they are grouped: what else stands there is told row by row."""
    counts = sum(bool(_COUNT.fullmatch(value.strip())) for value in values)
    return counts * 2 > len(values)


def guess_spread(
    columns: Mapping[str, str],
    samples: Mapping[str, Sequence[str]],
    *,
    spec: RecordSpec,
    features: Mapping[str, str],
) -> dict[str, str]:
    """`columns` with those of counts going to the day or the feature they are called after.

    `features`: keys by what they are called, as `texts.as_key` writes it. Nothing is guessed
    where a column for the count is there, or what else a record needs is not.
    """
    found = {
        name: "" if ours == spec.counted and is_total(name) else ours
        for name, ours in columns.items()
    }
    named = {ours for ours in found.values() if ours}
    free = [name for name, ours in found.items() if not ours and not is_total(name)]
    if not spec.counted or spec.counted in named:
        return dict(columns)
    for field in reversed(spec.spread_over):  # a day is surer than a feature
        needed = {f.name for f in spec.fields if f.required} - {field, spec.counted}
        counts = {
            name: goes
            for name in free
            if (goes := stands_for(name, field)) and looks_like_counts(samples.get(name, ()))
        }
        if counts and field not in named and needed <= named:
            return found | {
                name: _known_feature_field(name, goes, features) for name, goes in counts.items()
            }
    return dict(columns)


def _known_feature_field(name: str, goes: str, features: Mapping[str, str]) -> str:
    """The feature that is called so, where there is one."""
    key = features.get(texts.as_key(name)) if goes.startswith("feature") else None
    return f"feature{_MARK}{key}" if key else goes


@dataclass(frozen=True, slots=True)
class WideTable:
    """`own`: places of the fields of the row itself. `counts`: places of counts, each with the
    value its column stands for. `fields`: of the records that come of it."""

    fields: tuple[str, ...]
    own: tuple[int, ...]
    counts: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, fields: Sequence[str], *, spec: RecordSpec) -> "WideTable | None":
        """`fields` by their place in a row; None where each is a field of its own."""
        found = [(place, spread_of(ours, spec=spec)) for place, ours in enumerate(fields)]
        counts = tuple((place, spread[1]) for place, spread in found if spread)
        if not counts:
            return None
        field = next(spread[0] for _, spread in found if spread)
        own = tuple(place for place, spread in found if fields[place] and not spread)
        return cls((*(fields[place] for place in own), field, spec.counted), own, counts)

    def records(self, line: int, row: list[str]) -> Iterator[Row]:
        said = [row[place] for place in self.own]
        for place, value in self.counts:
            if row[place].strip():
                yield line * COLUMNS_IN_A_ROW + place + 1, [*said, value, row[place]]

    def ragged(self, line: int, row: list[str]) -> Row:
        """As it is: its error shows all it has. It never has the width of a record by chance."""
        is_alike = len(row) == len(self.fields)
        return line * COLUMNS_IN_A_ROW, [*row, ""] if is_alike else row


def spread_faults(named: Sequence[str], *, spec: RecordSpec) -> list[str]:
    """What keeps columns of counts from being read together, in words."""
    over = {spread[0] for ours in named if (spread := spread_of(ours, spec=spec))}
    if not over:
        return []
    found = []
    if len(over) > 1:
        found.append("Columns are either features or days: leave out one of both.")
    beside = sorted((over | {spec.counted}) & set(named))
    return found + [
        f"A column goes to {name}, and others hold counts: leave out one of both."
        for name in beside
    ]
