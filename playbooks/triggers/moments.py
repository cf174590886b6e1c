"""What time brings about, for which no fact emits a signal: dates of contracts, a fall over days,
silence in the product, a cadence.

The night looks for the moments that published playbooks wait for and emits a signal for each,
once. A moment's name is its text in the signal: a trigger is pulled by the name it waits for.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from accounts.catalogue import SignalKind


class ContractDate(StrEnum):
    """Which date of a contract: the last day to give notice (its end where no notice is known),
    its end, or its start."""

    DECISION = "decision"
    END = "end"
    START = "start"


@dataclass(frozen=True, slots=True)
class ContractMark:
    """So many days after the date of a contract; before it below zero (T-90 is -90)."""

    date: ContractDate
    days: int
    signal = SignalKind.CONTRACT_DATE

    @property
    def name(self) -> str:
        return f"{self.date}:{self.days}"


@dataclass(frozen=True, slots=True)
class ScoreFall:
    """The score of a closed day is at least `points` below that of `within_days` before, by the
    same version of its scorecard."""

    points: Decimal
    within_days: int
    signal = SignalKind.SCORE_FELL

    @property
    def name(self) -> str:
        return f"fall:{self.points.normalize():f}:{self.within_days}"


@dataclass(frozen=True, slots=True)
class Silence:
    """No person has used the product for so many days."""

    days: int
    signal = SignalKind.USAGE_SILENT

    @property
    def name(self) -> str:
        return f"silence:{self.days}"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Every so many months, counted from the day the customer came."""

    months: int
    signal = SignalKind.CADENCE_DUE

    @property
    def name(self) -> str:
        return f"cadence:{self.months}"


Moment = ContractMark | ScoreFall | Silence | Cadence
MOMENT_SIGNALS = frozenset(kind.signal for kind in (ContractMark, ScoreFall, Silence, Cadence))


def marks_passed(*, marks: set[int], days_left: int) -> list[int]:
    """Of marks in days after a date, those that are reached `days_left` days before it, the
    latest first.

    >>> marks_passed(marks={-120, -90, -60}, days_left=75)
    [-90, -120]
    """
    return sorted((days for days in marks if days <= -days_left), reverse=True)
