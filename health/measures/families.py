"""Measures with parameters: registered once, bound to what each name chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import NoReturn

from health.definitions import MeasureName
from health.measures.definition import Absence, Better, Definition, FactSource
from health.measures.demands import Demand
from health.measures.inputs import Facts, Flags, Floats
from health.measures.parameters import Chosen, Parameter, days_of
from health.measures.registry import MEASURES
from health.measures.windows import MeasureWindow

ComputedOf = Callable[[Facts, Chosen], Floats]


@dataclass(frozen=True, slots=True)
class ChosenAbsence:
    """The same of a measure with parameters; `can_hold` says for which choices at all."""

    words: str
    holds: Callable[[Facts, Chosen], Flags]
    can_hold: Callable[[Chosen], bool] = lambda _chosen: True


Reason = Absence | ChosenAbsence


def measure_of(
    *,
    key: str,
    name: str,
    unit: str,
    sources: tuple[FactSource, ...],
    direction: Better,
    window: MeasureWindow,
    raw: str,
    empty: str,
    missing: tuple[Reason, ...],
    parameters: tuple[Parameter, ...],
    reads: Callable[[Chosen], Iterable[Demand]] = lambda _chosen: (),
    compared: Callable[[Chosen], str] = lambda _chosen: "",
) -> Callable[[ComputedOf], ComputedOf]:
    """The same with parameters: the function is given what was chosen, `reads` says which facts
    that takes, and the unit is followed by what it was divided by. `compared`: the measure by whose
    spread over all accounts it is read, if there is one."""

    def register(compute: ComputedOf) -> ComputedOf:
        unbound = tuple(Absence(reason.words, _refuse_without_choice) for reason in missing)
        family = Definition(
            key,
            name,
            unit,
            sources,
            direction,
            window,
            raw,
            empty,
            unbound,
            _refuse_without_choice,
            parameters=parameters,
        )

        def bind(chosen: Chosen) -> Definition:
            return replace(
                family,
                key=_full_measure_name(family, chosen),
                name=_name_in_words(family, chosen),
                unit=" ".join(filter(None, (unit, _divisor_in_words(parameters, chosen)))),
                window=window.of_days(days_of(chosen)) if "days" in chosen else window,
                absences=tuple(_bound_absences(missing, chosen)),
                compute=partial(_compute_chosen, compute, dict(chosen)),
                reads=tuple(reads(chosen)),
                compared=compared(chosen),
                chosen=tuple((p, chosen[p.key]) for p in parameters),
                bind=None,
            )

        MEASURES.register(replace(family, bind=bind))
        return compute

    return register


def _compute_chosen(compute: ComputedOf, chosen: Chosen, facts: Facts) -> Floats:
    return compute(facts, chosen)


def _refuse_without_choice(_facts: Facts) -> NoReturn:
    raise ValueError("a measure with parameters is computed by a name that says which")


def _full_measure_name(family: Definition, chosen: Chosen) -> str:
    pairs = [(p.key, chosen[p.key]) for p in family.parameters if chosen[p.key] != p.default]
    return str(MeasureName(family.key, tuple(pairs)))


def _name_in_words(family: Definition, chosen: Chosen) -> str:
    words = ", ".join(filter(None, (p.said(chosen[p.key]) for p in family.parameters)))
    return f"{family.name}: {words}" if words else family.name


def _divisor_in_words(parameters: tuple[Parameter, ...], chosen: Chosen) -> str:
    return next((p.said(chosen[p.key]) for p in parameters if p.key == "per"), "")


def _bound_absences(missing: tuple[Reason, ...], chosen: Chosen) -> Iterator[Absence]:
    for reason in missing:
        if isinstance(reason, Absence):
            yield reason
        elif reason.can_hold(chosen):
            yield Absence(reason.words, partial(_absence_holds, reason, dict(chosen)))


def _absence_holds(reason: ChosenAbsence, chosen: Chosen, facts: Facts) -> Flags:
    return reason.holds(facts, chosen)
