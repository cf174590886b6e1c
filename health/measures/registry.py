"""The catalogue: every measure once, with what it means when nothing is there.

A measure with parameters is registered once and used under many names: each name that fits is a
measure of its own (`MEASURES["feature_events(feature=reports)"]`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache, partial
from typing import NoReturn

import numpy as np

from health.definitions import LONGEST_NAME, MeasureName, UnreadableName, read_name
from health.measures.demands import Demand
from health.measures.inputs import Facts, Flags, Floats
from health.measures.parameters import Chosen, Parameter


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
class ChosenAbsence:
    """The same of a measure with parameters; `can_hold` says for which choices at all."""

    words: str
    holds: Callable[[Facts, Chosen], Flags]
    can_hold: Callable[[Chosen], bool] = lambda _chosen: True


Reason = Absence | ChosenAbsence


@dataclass(frozen=True, slots=True)
class Definition:
    """`absences`: when there is no value; `empty`: what no rows mean; `raw`: how it is computed.

    With `parameters` it is what all uses share; `bind` makes the one of a name.
    """

    key: str
    name: str
    unit: str
    sources: tuple[FactSource, ...]
    raw: str
    empty: str
    absences: tuple[Absence, ...]
    compute: Callable[[Facts], Floats]
    parameters: tuple[Parameter, ...] = ()
    reads: tuple[Demand, ...] = ()
    chosen: tuple[tuple[Parameter, str], ...] = ()
    bind: Callable[[Chosen], Definition] | None = None

    @property
    def missing(self) -> str:
        """All reasons why there may be no value."""
        return "; ".join(absence.words for absence in self.absences)

    @property
    def written(self) -> str:
        """How it is written in a scorecard, with what has to be chosen."""
        needed = [(p.key, "…") for p in self.parameters if p.default is None]
        return str(MeasureName(self.key, tuple(needed)))


class MeasureCatalogue:
    """Measures by name; iterated over it has one key for all uses of a measure."""

    def __init__(self) -> None:
        self._families: dict[str, Definition] = {}
        self.find = lru_cache(maxsize=4_096)(self._find)

    def register(self, definition: Definition) -> None:
        if definition.key in self._families:
            raise ValueError(f"measure {definition.key} is registered twice")
        self._families[definition.key] = definition

    def __iter__(self) -> Iterator[str]:
        return iter(self._families)

    def __len__(self) -> int:
        return len(self._families)

    def families(self) -> tuple[Definition, ...]:
        return tuple(self._families.values())

    def family(self, key: str) -> Definition:
        return self._families[key]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and not self.problem(name)

    def __getitem__(self, name: str) -> Definition:
        found = self.find(name)
        if isinstance(found, str):
            raise KeyError(found)
        return found

    def get(self, name: str) -> Definition | None:
        found = self.find(name)
        return None if isinstance(found, str) else found

    def problem(self, name: str) -> str:
        """Why no measure has this name; empty where one has."""
        found = self.find(name)
        return found if isinstance(found, str) else ""

    def spelled(self, name: str) -> str:
        """The one spelling of a name: parameters in their order, defaults left out; as it is where
        no measure has it."""
        found = self.find(name)
        return name if isinstance(found, str) else found.key

    def _find(self, text: str) -> Definition | str:
        """The measure of that name, or why there is none."""
        try:
            name = read_name(text)
        except UnreadableName as problem:
            return str(problem)
        family = self._families.get(name.key)
        if family is None:
            return f"“{name.key}” is not in the measure catalogue"
        return _chosen(family, name)


def _chosen(family: Definition, name: MeasureName) -> Definition | str:
    given = dict(name.chosen)
    known = {parameter.key: parameter for parameter in family.parameters}
    if len(given) < len(name.chosen):
        return f"“{name}”: each parameter is chosen once"
    for key, value in given.items():
        if key not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            return f"“{family.key}” has no parameter “{key}”; {has}"
        if problem := known[key].problem(value):
            return f"“{family.key}”: {problem}"
    lacking = [p.key for p in family.parameters if p.default is None and p.key not in given]
    if lacking:
        return f"“{family.key}” needs {' and '.join(lacking)}: write {family.written}"
    values = {p.key: given.get(p.key, p.default or "") for p in family.parameters}
    bound = family if family.bind is None else family.bind(values)
    if len(bound.key) > LONGEST_NAME:
        return f"“{bound.key}” is longer than {LONGEST_NAME} characters"
    return bound


MEASURES = MeasureCatalogue()

Computed = Callable[[Facts], Floats]
ComputedOf = Callable[[Facts, Chosen], Floats]


def measure(
    *,
    key: str,
    name: str,
    unit: str,
    sources: tuple[FactSource, ...],
    raw: str,
    empty: str,
    missing: tuple[Absence, ...],
) -> Callable[[Computed], Computed]:
    """Registers a function that computes raw values (NaN: missing) from facts."""

    def register(compute: Computed) -> Computed:
        MEASURES.register(Definition(key, name, unit, sources, raw, empty, missing, compute))
        return compute

    return register


def measure_of(
    *,
    key: str,
    name: str,
    unit: str,
    sources: tuple[FactSource, ...],
    raw: str,
    empty: str,
    missing: tuple[Reason, ...],
    parameters: tuple[Parameter, ...],
    reads: Callable[[Chosen], Iterable[Demand]],
) -> Callable[[ComputedOf], ComputedOf]:
    """The same with parameters: the function is given what was chosen, `reads` says which facts
    that takes, and the unit is followed by what it was divided by."""

    def register(compute: ComputedOf) -> ComputedOf:
        unbound = tuple(Absence(reason.words, _unchosen) for reason in missing)
        family = Definition(
            key, name, unit, sources, raw, empty, unbound, _unchosen, parameters=parameters
        )

        def bind(chosen: Chosen) -> Definition:
            return replace(
                family,
                key=_spelled(family, chosen),
                name=_said(family, chosen),
                unit=" ".join(filter(None, (unit, _divisor(parameters, chosen)))),
                absences=tuple(_bound(missing, chosen)),
                compute=partial(_compute, compute, dict(chosen)),
                reads=tuple(reads(chosen)),
                chosen=tuple((p, chosen[p.key]) for p in parameters),
                bind=None,
            )

        MEASURES.register(replace(family, bind=bind))
        return compute

    return register


def _compute(compute: ComputedOf, chosen: Chosen, facts: Facts) -> Floats:
    return compute(facts, chosen)


def _unchosen(_facts: Facts) -> NoReturn:
    raise ValueError("a measure with parameters is computed by a name that says which")


def _spelled(family: Definition, chosen: Chosen) -> str:
    pairs = [(p.key, chosen[p.key]) for p in family.parameters if chosen[p.key] != p.default]
    return str(MeasureName(family.key, tuple(pairs)))


def _said(family: Definition, chosen: Chosen) -> str:
    words = filter(None, (p.said(chosen[p.key]) for p in family.parameters))
    return f"{family.name}: {', '.join(words)}"


def _divisor(parameters: tuple[Parameter, ...], chosen: Chosen) -> str:
    return next((p.said(chosen[p.key]) for p in parameters if p.key == "per"), "")


def _bound(missing: tuple[Reason, ...], chosen: Chosen) -> Iterator[Absence]:
    for reason in missing:
        if isinstance(reason, Absence):
            yield reason
        elif reason.can_hold(chosen):
            yield Absence(reason.words, partial(_holds, reason, dict(chosen)))


def _holds(reason: ChosenAbsence, chosen: Chosen, facts: Facts) -> Flags:
    return reason.holds(facts, chosen)


def demands_of(names: Iterable[str]) -> frozenset[Demand]:
    """What has to be read for these measures besides the facts that all share."""
    return frozenset(demand for name in names for demand in MEASURES[name].reads)


def names_in_words(keys: Iterable[str]) -> Mapping[str, str]:
    """By name of a measure how a person calls it; those that no measure has are left out."""
    return {key: MEASURES[key].name for key in keys if key in MEASURES}


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
