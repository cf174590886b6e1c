"""What a measure is: its name and unit, how it is computed, and when there is no value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from health.definitions import MeasureName
from health.measures.demands import Demand
from health.measures.inputs import Facts, Flags, Floats
from health.measures.parameters import Chosen, Parameter
from health.measures.windows import MeasureWindow


class FactSource(StrEnum):
    USAGE = "usage"
    ACTIVITY = "activity"
    SESSIONS = "sessions"
    SUPPORT = "support"
    REVENUE = "revenue"
    PAYMENT = "payment"
    CONTACTS = "contacts"
    INTERACTIONS = "interactions"
    EVENTS = "events"
    ONBOARDING = "onboarding"
    SURVEYS = "surveys"
    CSM_SENTIMENT = "csm_sentiment"


class Better(StrEnum):
    """What speaks for an account: more of it, less of it, or either, as the feature or the business
    decides."""

    MORE = "more"
    LESS = "less"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Absence:
    """One reason why there is no value, and the accounts of which it is true."""

    words: str
    holds: Callable[[Facts], Flags]


@dataclass(frozen=True, slots=True)
class Definition:
    """`absences`: when there is no value; `empty`: what no rows mean; `raw`: how it is computed.

    With `parameters` it is what all uses share; `bind` makes the one of a name. `compared` is the
    measure whose percentile it is, if it is one. `is_calendar`: it says where an account stands in
    its contract, which is for cuts and the churn model and no judgement of health.
    """

    key: str
    name: str
    unit: str
    sources: tuple[FactSource, ...]
    direction: Better
    window: MeasureWindow
    raw: str
    empty: str
    absences: tuple[Absence, ...]
    compute: Callable[[Facts], Floats]
    parameters: tuple[Parameter, ...] = ()
    reads: tuple[Demand, ...] = ()
    chosen: tuple[tuple[Parameter, str], ...] = ()
    compared: str = ""
    is_calendar: bool = False
    bind: Callable[[Chosen], Definition] | None = None

    @property
    def better(self) -> str:
        """What speaks for an account, of what may judge one."""
        return "calendar" if self.is_calendar else self.direction.value

    @property
    def missing(self) -> str:
        """All reasons why there may be no value."""
        return "; ".join(absence.words for absence in self.absences)

    @property
    def written(self) -> str:
        """How it is written in a scorecard, with what has to be chosen."""
        needed = [(p.key, "…") for p in self.parameters if p.default is None]
        return str(MeasureName(self.key, tuple(needed)))
