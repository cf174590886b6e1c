"""The catalogue: every measure once, with what it means when nothing is there.

A measure with parameters is registered once and used under many names: each name that fits is a
measure of its own (`MEASURES["feature_events(feature=reports)"]`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import numpy as np

from health.definitions import LONGEST_NAME, MeasureName, UnreadableName, read_name
from health.measures.definition import Absence, Better, Definition, FactSource
from health.measures.demands import Demand
from health.measures.inputs import Facts, Floats
from health.measures.parameters import PERCENTILE
from health.measures.peer_comparison import compared
from health.measures.windows import MeasureWindow


class MeasureCatalogue:
    """Measures by name; iterated over it has one key for all uses of a measure."""

    def __init__(self) -> None:
        self._families: dict[str, Definition] = {}
        self.find = lru_cache(maxsize=4_096)(self._find_measure)

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

    def _find_measure(self, text: str) -> Definition | str:
        """The measure of that name, or why there is none."""
        try:
            name = read_name(text)
        except UnreadableName as problem:
            return str(problem)
        family = self._families.get(name.key)
        if family is None:
            return f"“{name.key}” is not in the measure catalogue"
        within = [value for key, value in name.chosen if key == PERCENTILE.key]
        rest = tuple(pair for pair in name.chosen if pair[0] != PERCENTILE.key)
        found = _bind_chosen(family, MeasureName(name.key, rest))
        if within and not isinstance(found, str):
            found = _with_percentile(found, within)
        if not isinstance(found, str) and len(found.key) > LONGEST_NAME:
            return f"“{found.key}” is longer than {LONGEST_NAME} characters"
        return found


def _bind_chosen(family: Definition, name: MeasureName) -> Definition | str:
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
    return family if family.bind is None else family.bind(values)


def _with_percentile(measure: Definition, within: list[str]) -> Definition | str:
    if problem := PERCENTILE.problem(within[0]):
        return f"“{measure.key}”: {problem}"
    if measure.compared:
        return f"“{measure.key}”: a percentile needs no season taken out, all have the same"
    if len(within) > 1:
        return f"“{measure.key}”: each parameter is chosen once"
    return measure if within[0] == PERCENTILE.default else compared(measure, within=within[0])


MEASURES = MeasureCatalogue()

Computed = Callable[[Facts], Floats]


def measure(
    *,
    key: str,
    name: str,
    unit: str,
    sources: tuple[FactSource, ...],
    direction: Better,
    window: MeasureWindow,
    raw: str,
    empty: str,
    missing: tuple[Absence, ...],
    reads: tuple[Demand, ...] = (),
    is_calendar: bool = False,
) -> Callable[[Computed], Computed]:
    """Registers a function that computes raw values (NaN: missing) from facts; `reads` are facts
    that are read for it alone."""

    def register(compute: Computed) -> Computed:
        definition = Definition(
            key,
            name,
            unit,
            sources,
            direction,
            window,
            raw,
            empty,
            missing,
            compute,
            reads=reads,
            is_calendar=is_calendar,
        )
        MEASURES.register(definition)
        return compute

    return register


def compared_by(names: Iterable[str]) -> tuple[str, ...]:
    """The measures whose distributions are needed for these."""
    return tuple(sorted({MEASURES[name].compared for name in names} - {""}))


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
