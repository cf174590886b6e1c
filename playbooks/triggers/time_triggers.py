"""What time brings about, for which no fact emits a signal: dates of contracts, a fall over days,
silence in the product, a cadence, and so many days after something happened.

The night looks for the moments that published playbooks wait for and emits a signal for each,
once. A moment's name is its text in the signal: a trigger is pulled by the name it waits for.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import get_args

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


@dataclass(frozen=True, slots=True)
class NotStarted:
    """So many days after the customer came no person has used the product yet."""

    days: int
    signal = SignalKind.USAGE_NOT_STARTED

    @property
    def name(self) -> str:
        return f"not_started:{self.days}"


@dataclass(frozen=True, slots=True)
class Untouched:
    """No person has used the feature for so many days, by its key; without one any core feature
    counts."""

    days: int
    feature: str = ""
    signal = SignalKind.FEATURE_UNTOUCHED

    @property
    def name(self) -> str:
        return f"untouched:{self.feature}:{self.days}"


@dataclass(frozen=True, slots=True)
class Repeated:
    """Business events of one kind with the same note, so many within so many days: the same help
    article again and again."""

    event: str
    times: int
    within_days: int
    signal = SignalKind.EVENT_REPEATED

    @property
    def name(self) -> str:
        return f"repeated:{self.event}:{self.times}:{self.within_days}"


@dataclass(frozen=True, slots=True)
class TicketSolved:
    """So many days after a ticket was solved."""

    days: int
    signal = SignalKind.TICKET_SOLVED

    @property
    def name(self) -> str:
        return f"solved:{self.days}"


@dataclass(frozen=True, slots=True)
class Unpaid:
    """So many days after an invoice was due, and it is not paid."""

    days: int
    signal = SignalKind.INVOICE_UNPAID

    @property
    def name(self) -> str:
        return f"unpaid:{self.days}"


@dataclass(frozen=True, slots=True)
class Launched:
    """So many days after a feature became part of the plan of the account."""

    days: int
    signal = SignalKind.FEATURE_LAUNCHED

    @property
    def name(self) -> str:
        return f"launched:{self.days}"


@dataclass(frozen=True, slots=True)
class AfterChurn:
    """So many months after the account left. Its plays run on an account that has left, and end
    when it comes back."""

    months: int
    signal = SignalKind.ACCOUNT_GONE

    @property
    def name(self) -> str:
        return f"gone:{self.months}"


@dataclass(frozen=True, slots=True)
class AudienceEntry:
    """The account came into the audience of this key; nobody came on the day it began."""

    audience: str
    signal = SignalKind.AUDIENCE_ENTERED

    @property
    def name(self) -> str:
        return f"entered:{self.audience}"


@dataclass(frozen=True, slots=True)
class AudienceExit:
    """The account is not in the audience of this key any more."""

    audience: str
    signal = SignalKind.AUDIENCE_LEFT

    @property
    def name(self) -> str:
        return f"left:{self.audience}"


AudienceMove = AudienceEntry | AudienceExit
FactOccurrence = NotStarted | Untouched | Repeated | TicketSolved | Unpaid | Launched | AfterChurn
Occurrence = FactOccurrence | AudienceMove
"""What falls on a day of its own: the night asks of one day what a dry run asks of many."""
Moment = ContractMark | ScoreFall | Silence | Cadence | Occurrence
MOMENT_SIGNALS = frozenset(kind.signal for kind in get_args(Moment))


def marks_passed(*, marks: set[int], days_left: int) -> list[int]:
    """Of marks in days after a date, those that are reached `days_left` days before it, the
    latest first.

    >>> marks_passed(marks={-120, -90, -60}, days_left=75)
    [-90, -120]
    """
    return sorted((days for days in marks if days <= -days_left), reverse=True)
