"""What measures with parameters ask of the sources: read only where somebody uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class FeatureEvents:
    """Events of a feature (None: of all) by some actors, from `oldest` days before the end of the
    window to `newest` days before it; `is_value`: what they are worth together."""

    feature: str | None
    by: str
    oldest: int
    newest: int = 0
    is_value: bool = False


@dataclass(frozen=True, slots=True)
class FeatureWeeks:
    """In how many of the last twelve weeks some actors used a feature."""

    feature: str
    by: str


@dataclass(frozen=True, slots=True)
class FeatureHistory:
    """Days for which use of the feature can be known; NaN where it is not in the account's plan, or
    is not offered (any more)."""

    feature: str


@dataclass(frozen=True, slots=True)
class ValueHistory:
    """Days since a source first told what events of the feature are worth; NaN where none does."""

    feature: str


@dataclass(frozen=True, slots=True)
class ActivePeople:
    """Distinct people who used the product in so many days, which ended `newest` days before the
    last closed one."""

    days: int
    newest: int = 0


@dataclass(frozen=True, slots=True)
class ActiveDays:
    """Days of so many on which anybody used the product; NaN where people are only counted."""

    days: int


@dataclass(frozen=True, slots=True)
class FeaturesUsed:
    """Distinct features that people used in so many days: all, or of those that the account's plan
    offers."""

    days: int
    of_plan: bool = False


@dataclass(frozen=True, slots=True)
class FeaturesOffered:
    """Features that the account's plan offers on the day."""


@dataclass(frozen=True, slots=True)
class SessionSum:
    """Sessions in so many days, or the minutes of these."""

    days: int
    is_minutes: bool = False


@dataclass(frozen=True, slots=True)
class SessionHistory:
    """Days for which sessions can be known; NaN where no source tells any."""


@dataclass(frozen=True, slots=True)
class EventsOfKind:
    """Business events of a kind in so many days, today included."""

    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class SurveyScore:
    """What answers of a kind come to, in points (NPS) or percent; NaN where nobody answered. From
    `oldest` days before the day that is judged to `newest` days before it. Answers after a ticket
    never count; with `at_checkpoints` only those of checkpoints do."""

    kind: str
    oldest: int
    newest: int = 0
    at_checkpoints: bool = False


@dataclass(frozen=True, slots=True)
class TermMonths:
    """The longest term of the contracts in force; NaN without one."""


@dataclass(frozen=True, slots=True)
class RenewalsDone:
    """Renewals since the present relationship began."""


@dataclass(frozen=True, slots=True)
class DaysToDecision:
    """Days to the next day by which a renewal is decided, below 0 once it is overdue; NaN where no
    renewal is to come."""


@dataclass(frozen=True, slots=True)
class RelationshipDays:
    """Days since the present relationship began; NaN where nobody says when."""


@dataclass(frozen=True, slots=True)
class LatePayments:
    """Invoices due in so many days that were not paid by their due day."""

    days: int


@dataclass(frozen=True, slots=True)
class TicketCount:
    """Tickets opened in so many days, today included: all, or those of a category, of these
    severities, or that repeat a topic which was unsolved when they were opened."""

    days: int
    category: str = ""
    severities: tuple[str, ...] = ()
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class FirstReplyHours:
    """Median hours to the first reply to tickets opened in so many days; one that waits counts 24
    for each day of its age. NaN where none was answered or waits."""

    days: int


@dataclass(frozen=True, slots=True)
class ReplyHistory:
    """Days for which first replies can be known; NaN where no source tells any."""


@dataclass(frozen=True, slots=True)
class TalksOfKind:
    """Interactions of a kind in so many days, and group sessions of it to which somebody of the
    account came."""

    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class PeopleWhoCame:
    """Distinct contacts who took part in interactions or came to group sessions of a kind."""

    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class ShareWhoCame:
    """Of those who were expected at group sessions of a kind; NaN where nobody was."""

    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class Conversations:
    """Interactions that were not support, in so many days: all, or only those of a sentiment."""

    days: int
    sentiment: str = ""


@dataclass(frozen=True, slots=True)
class ExecutiveTalks:
    """Interactions in which a VP or above took part, in so many days."""

    days: int


@dataclass(frozen=True, slots=True)
class FunctionsEngaged:
    """Distinct job functions of contacts who took part in interactions of so many days."""

    days: int


@dataclass(frozen=True, slots=True)
class TicketsRated:
    """Share of tickets solved in so many days with a satisfaction of 4 or 5, of those that have
    one; NaN where none has."""

    days: int


@dataclass(frozen=True, slots=True)
class TicketsNegative:
    """Share of tickets opened in so many days whose sentiment is negative, of those that have one;
    0 without a ticket, NaN where none of them has one."""

    days: int


@dataclass(frozen=True, slots=True)
class CsmSentimentValue:
    """What a CSM said last, 1 to 5; NaN where nobody ever did."""


@dataclass(frozen=True, slots=True)
class CsmSentimentAge:
    """Days since then."""


@dataclass(frozen=True, slots=True)
class EventHistory:
    """Days for which business events can be known."""


@dataclass(frozen=True, slots=True)
class UsageLimit:
    """Events a month that the account has bought, on the day; NaN where nobody says."""


@dataclass(frozen=True, slots=True)
class Employees:
    """Of the company, so many days before the day that is judged; NaN where nobody says."""

    days_ago: int = 0


@dataclass(frozen=True, slots=True)
class ArrInBase:
    """ARR in whole units of the installation's currency; NaN where an amount has no rate."""


@dataclass(frozen=True, slots=True)
class OwnSegment:
    """The id of the account's segment; -1 without one."""


Demand: TypeAlias = (
    FeatureEvents
    | FeatureWeeks
    | FeatureHistory
    | ValueHistory
    | ActivePeople
    | ActiveDays
    | FeaturesUsed
    | FeaturesOffered
    | SessionSum
    | SessionHistory
    | EventsOfKind
    | SurveyScore
    | EventHistory
    | TermMonths
    | RenewalsDone
    | DaysToDecision
    | RelationshipDays
    | LatePayments
    | TicketCount
    | FirstReplyHours
    | ReplyHistory
    | TalksOfKind
    | PeopleWhoCame
    | ShareWhoCame
    | Conversations
    | ExecutiveTalks
    | FunctionsEngaged
    | TicketsRated
    | TicketsNegative
    | CsmSentimentValue
    | CsmSentimentAge
    | UsageLimit
    | Employees
    | ArrInBase
    | OwnSegment
)


@dataclass(frozen=True, slots=True)
class ChosenFacts:
    """The answers, one element an account. What nobody demanded is not there."""

    values: Mapping[Demand, npt.NDArray[np.float64]] = field(default_factory=dict)

    def __getitem__(self, demand: Demand) -> npt.NDArray[np.float64]:
        return self.values[demand]
