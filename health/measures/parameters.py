"""What may be chosen for a measure: a feature, a divisor, a window, a kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from health.definitions import BASIS_OF_SEASON, COMPARED

# Every parameter of a measure with its value: those that were left out have their default.
Chosen: TypeAlias = Mapping[str, str]


class ParameterKind(StrEnum):
    FEATURE = "feature"
    EVENT_KIND = "event kind"
    INTERACTION_KIND = "interaction kind"
    CHOICE = "choice"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`choices` are values and how each is said of a measure; a number of days has none. Without a
    `default` it has to be chosen."""

    key: str
    name: str
    kind: ParameterKind
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None

    @property
    def is_row(self) -> bool:
        """The value is the key of a row that only the database knows."""
        return self.kind in _KEYS_OF_ROWS

    def problem(self, value: str) -> str:
        """Why the value does not fit; empty where it does."""
        if self.choices and value not in self.choices:
            return f"{self.key} is {_joined_by_or(list(self.choices))}, not “{value}”"
        if self.kind is ParameterKind.DAYS and not self.choices and not _is_days(value):
            return f"{self.key} is a whole number from 1 to {_MOST_DAYS}, not “{value}”"
        return ""

    def said(self, value: str) -> str:
        if self.choices:
            return self.choices[value]
        return f"{value} days" if self.kind is ParameterKind.DAYS else value


_KEYS_OF_ROWS = (
    ParameterKind.FEATURE,
    ParameterKind.EVENT_KIND,
    ParameterKind.INTERACTION_KIND,
)
_MOST_DAYS = 365


def days_of(chosen: Chosen) -> int:
    """The window."""
    return int(chosen["days"])


def _is_days(value: str) -> bool:
    return value.isascii() and value.isdecimal() and 1 <= int(value) <= _MOST_DAYS


def _joined_by_or(values: list[str]) -> str:
    return f"{', '.join(values[:-1])} or {values[-1]}" if len(values) > 1 else values[0]


PEOPLE, AGENTS, SERVICES, EVERYONE = "people", "agents", "services", "everyone"

FEATURE = Parameter("feature", "Feature", ParameterKind.FEATURE)
# Of every measure: its percentile instead of its value.
PERCENTILE = Parameter(
    COMPARED,
    "Compared",
    ParameterKind.CHOICE,
    {
        "none": "",
        "segment": "percentile within its segment",
        "all": "percentile among all accounts",
    },
    default="none",
)
KEPT, TAKEN_OUT = "kept", "out"
SEASON = Parameter(
    BASIS_OF_SEASON,
    "Season",
    ParameterKind.CHOICE,
    {KEPT: "", TAKEN_OUT: "relative to the season"},
    default=KEPT,
)
AGAINST = Parameter("against", "Against the feature", ParameterKind.FEATURE)
EVENT = Parameter("kind", "Kind of event", ParameterKind.EVENT_KIND)
INTERACTION = Parameter("kind", "Kind of interaction", ParameterKind.INTERACTION_KIND)
PER = Parameter(
    "per",
    "Divided by",
    ParameterKind.CHOICE,
    {"none": "", "seats": "per seat", "arr": "per 1,000 of ARR", "people": "per active person"},
    default="none",
)
BY = Parameter(
    "by",
    "Used by",
    ParameterKind.CHOICE,
    {PEOPLE: "", AGENTS: "by agents", SERVICES: "by services", EVERYONE: "by everyone"},
    default=PEOPLE,
)
# Whole weeks, as all windows over usage are.
WEEKS = Parameter(
    "days",
    "Window in days",
    ParameterKind.DAYS,
    {"28": "28 days", "56": "56 days", "84": "84 days"},
    default="28",
)
TWELVE_WEEKS = replace(WEEKS, default="84")
DAYS = Parameter("days", "Window in days", ParameterKind.DAYS, default="90")
YEAR_OF_DAYS = replace(DAYS, default="365")
TICKET_KIND = Parameter(
    "kind",
    "Kind of ticket",
    ParameterKind.CHOICE,
    {"how_to": "how-to", "defect": "defects", "request": "requests", "billing": "billing"},
    default="how_to",
)
SEVERITY = Parameter(
    "severity",
    "Severity",
    ParameterKind.CHOICE,
    {"urgent": "urgent", "high": "high or urgent"},
    default="urgent",
)
HALF_A_YEAR = Parameter("days", "Window in days", ParameterKind.DAYS, default="180")
