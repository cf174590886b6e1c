"""How a measure is written: its key, and in brackets what was chosen for it.

`login_frequency`, `feature_events(feature=reports, per=seats, days=56)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Of a name within a longer text, such as a condition.
NAME = r"[a-z][a-z0-9_]*(?:\([^()]*\))?"
# What stands in a column for it.
LONGEST_NAME = 140
# The parameter that every measure has: its percentile instead of its value.
COMPARED = "percentile"
# That of a change which is read relative to the change of the median account.
BASIS_OF_SEASON = "season"
_NAME = re.compile(r"([a-z][a-z0-9_]*)\s*(?:\(([^()]*)\))?")
_CHOICE = re.compile(r"\s*([a-z_]+)\s*=\s*([A-Za-z0-9_-]+)\s*")


class UnreadableName(ValueError):
    """A name that cannot be read; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class MeasureName:
    """`chosen` are pairs of parameter and value, in the order in which they were written."""

    key: str
    chosen: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if not self.chosen:
            return self.key
        return f"{self.key}({', '.join(f'{name}={value}' for name, value in self.chosen)})"


@lru_cache(maxsize=4_096)
def compared_of(text: str) -> str:
    """The measure whose spread over all accounts this one is read by: whose percentile it is, or
    from which the season is taken out; empty where it is neither."""
    try:
        name = read_name(text)
    except UnreadableName:
        return ""
    rest = tuple(pair for pair in name.chosen if pair[0] not in (COMPARED, BASIS_OF_SEASON))
    return "" if len(rest) == len(name.chosen) else str(MeasureName(name.key, rest))


def read_name(text: str) -> MeasureName:
    """Raises UnreadableName."""
    match = _NAME.fullmatch(text.strip())
    if match is None:
        raise UnreadableName(f"“{text}”: write a measure, or measure(parameter=value, …)")
    chosen = []
    for part in filter(str.strip, (match[2] or "").split(",")):
        choice = _CHOICE.fullmatch(part)
        if choice is None:
            raise UnreadableName(f"“{part.strip()}” in “{text}”: write parameter=value")
        chosen.append((choice[1], choice[2]))
    return MeasureName(match[1], tuple(chosen))
