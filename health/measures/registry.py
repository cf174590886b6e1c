"""The catalogue: every measure once, with what it means when nothing is there."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from health.measures.inputs import Facts, Floats


class Source(StrEnum):
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
class Definition:
    """`missing`: when there is no value; `empty`: what no rows mean; `raw`: how it is computed."""

    key: str
    name: str
    unit: str
    sources: tuple[Source, ...]
    raw: str
    empty: str
    missing: str
    compute: Callable[[Facts], Floats]


MEASURES: dict[str, Definition] = {}


def measure(
    *,
    key: str,
    name: str,
    unit: str,
    sources: tuple[Source, ...],
    raw: str,
    empty: str,
    missing: str,
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
