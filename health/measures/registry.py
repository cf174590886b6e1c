"""The catalogue: every measure once, with what it means when nothing is there."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from health.measures.inputs import Facts, Flags, Floats


class FactSource(StrEnum):
    USAGE = "usage"
    ACTIVITY = "activity"
    SUPPORT = "support"
    REVENUE = "revenue"
    PAYMENT = "payment"
    CONTACTS = "contacts"
    INTERACTIONS = "interactions"
    EVENTS = "events"
    ONBOARDING = "onboarding"


@dataclass(frozen=True, slots=True)
class Absence:
    """One reason why there is no value, and the accounts of which it is true."""

    words: str
    holds: Callable[[Facts], Flags]


@dataclass(frozen=True, slots=True)
class Definition:
    """`absences`: when there is no value; `empty`: what no rows mean; `raw`: how it is computed."""

    key: str
    name: str
    unit: str
    sources: tuple[FactSource, ...]
    raw: str
    empty: str
    absences: tuple[Absence, ...]
    compute: Callable[[Facts], Floats]

    @property
    def missing(self) -> str:
        """All reasons why there may be no value."""
        return "; ".join(absence.words for absence in self.absences)


MEASURES: dict[str, Definition] = {}


def measure(
    *,
    key: str,
    name: str,
    unit: str,
    sources: tuple[FactSource, ...],
    raw: str,
    empty: str,
    missing: tuple[Absence, ...],
) -> Callable[[Callable[[Facts], Floats]], Callable[[Facts], Floats]]:
    """Registers a function that computes raw values (NaN: missing) from facts."""

    def register(compute: Callable[[Facts], Floats]) -> Callable[[Facts], Floats]:
        if key in MEASURES:
            raise ValueError(f"measure {key} is registered twice")
        MEASURES[key] = Definition(key, name, unit, sources, raw, empty, missing, compute)
        return compute

    return register


def raw_matrix(facts: Facts, keys: tuple[str, ...]) -> Floats:
    """Raw values of the named measures: accounts × keys, NaN where missing."""
    if not keys:
        return np.empty((len(facts), 0))
    return np.column_stack([MEASURES[key].compute(facts) for key in keys])


def reasons(facts: Facts, key: str) -> str:
    """Why the measure has no value for the only account of `facts`; every reason if none holds,
    as when facts have changed since."""
    definition = MEASURES[key]
    held = [each.words for each in definition.absences if each.holds(facts)[0]]
    return "; ".join(held) or definition.missing
