"""What a scorecard must satisfy before it may be published; each problem says where and what."""

from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from health.scoring.differences import plain
from health.scoring.newness import TOO_NEW
from health.scoring.specs import MAX_DEPTH, UNSCORED, ComponentSpec, Curve, CurveKind, ScorecardSpec

_WHOLE = Decimal(100)
# Two weeks would be as long as the time in which a way back counts as flapping: there would be no
# flap left to see, and an all-clear a fortnight late.
MOST_DWELL = 13


@dataclass(frozen=True, slots=True)
class Problem:
    """`where` names the part as an admin sees it; `message` says what is wrong and what to do.

    `part` finds it: kind and key (“measure:ticket_load”), or one word (“bands”, “weights”).
    """

    where: str
    message: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class _Unknown:
    known: Container[str]
    why: Callable[[str], str]

    def words(self, key: str) -> str:
        """What is wrong with the name of a measure; empty where nothing is."""
        return "" if key in self.known else self.why(key)


def _not_known(key: str) -> str:
    return f"“{key}” is not in the measure catalogue"


def problems(
    card: ScorecardSpec,
    *,
    known_measures: Container[str],
    why_unknown: Callable[[str], str] = _not_known,
) -> list[Problem]:
    """Everything that forbids publishing; an empty list allows it."""
    unknown = _Unknown(known_measures, why_unknown)
    return [
        *_weights_of_the_top(card),
        *_component_problems(card),
        *_measure_problems(card, unknown),
        *_gate_problems(card, unknown),
        *_band_problems(card),
        *_limit_problems(card),
    ]


def _weights_of_the_top(card: ScorecardSpec) -> Iterator[Problem]:
    if not card.components:
        yield Problem("Scorecard", "it has no component", "weights")
    else:
        weights = [component.weight for component in card.components]
        yield from _adds_up("Components of the top level", weights, "weights")
    for key, times in Counter(card.component_keys).items():
        if times > 1:
            yield Problem(
                f"Component “{key}”", f"the key is used {times} times", f"component:{key}"
            )


def _component_problems(card: ScorecardSpec) -> Iterator[Problem]:
    for level, component in card.walk():
        where, part = f"Component “{component.name}”", f"component:{component.key}"
        if level > MAX_DEPTH:
            words = f"components nest to {MAX_DEPTH} levels, this is level {level}"
            yield Problem(where, words, part)
        if component.measures and component.components:
            yield Problem(where, "it holds measures or components, not both", part)
        elif component.components:
            yield from _adds_up(f"{where}, its components", _weights_of_parts(component), part)
        elif component.measures:
            yield from _adds_up(f"{where}, its measures", _weights_of_parts(component), part)
        else:
            yield Problem(where, "it has neither measures nor components", part)


def _weights_of_parts(component: ComponentSpec) -> list[Decimal]:
    return [part.weight for part in component.components or component.measures]


def _adds_up(where: str, weights: list[Decimal], part: str) -> Iterator[Problem]:
    if any(weight <= 0 for weight in weights):
        words = "every weight must be above 0; leave out what should not count"
        yield Problem(where, words, part)
    total = sum(weights, Decimal(0))
    if total != _WHOLE:
        gap = abs(_WHOLE - total)
        what = "missing" if total < _WHOLE else "too much"
        words = f"weights must add up to 100; they add up to {plain(total)} ({plain(gap)} {what})"
        yield Problem(where, words, part)


def _measure_problems(card: ScorecardSpec, unknown: _Unknown) -> Iterator[Problem]:
    for key, times in Counter(card.measure_keys).items():
        if times > 1:
            words = f"it is used {times} times; each measure counts once"
            yield Problem(f"Measure “{key}”", words, f"measure:{key}")
    for measure in card.measures:
        where, part = f"Measure “{measure.key}”", f"measure:{measure.key}"
        for key in (measure.key, *(penalty.measure for penalty in measure.penalties)):
            if words := unknown.words(key):
                yield Problem(where, words, part)
        for words in curve_problems(measure.curve):
            yield Problem(where, words, part)
        if any(penalty.points <= 0 for penalty in measure.penalties):
            yield Problem(where, "a penalty takes more than 0 points", part)


def curve_problems(curve: Curve) -> Iterator[str]:
    """What is wrong with a curve that could be read."""
    linear = curve.kind is CurveKind.LINEAR
    bounds = [p.raw for p in curve.points] if linear else [s.bound for s in curve.steps]
    if linear and len(bounds) < 2:
        yield "a curve of straight lines needs two points"
    if any(left >= right for left, right in pairwise(bounds)):
        yield "the values of its curve must rise from left to right"
    if any(not 0 <= reading <= 100 for reading in curve.readings):
        yield "the readings of its curve lie between 0 and 100"


def _gate_problems(card: ScorecardSpec, unknown: _Unknown) -> Iterator[Problem]:
    for gate in card.gates:
        where, part = f"Gate “{gate.name}”", f"gate:{gate.key}"
        if gate.component not in card.component_keys:
            yield Problem(where, f"there is no component “{gate.component}”", part)
        if not gate.conditions:
            yield Problem(where, "it has no condition", part)
        for condition in gate.conditions:
            if words := unknown.words(condition.measure):
                yield Problem(where, words, part)
        if not 0 <= gate.cap <= 100:
            yield Problem(where, "the cap lies between 0 and 100", part)


def _band_problems(card: ScorecardSpec) -> Iterator[Problem]:
    if len(card.bands) < 2:
        yield Problem("Bands", "a scorecard needs two bands or more", "bands")
        return
    lowers = [band.lower for band in card.bands]
    if any(high <= low for high, low in pairwise(lowers)):
        yield Problem("Bands", "lower bounds must fall from the best band to the worst", "bands")
    if lowers[-1] != 0:
        yield Problem(f"Band “{card.bands[-1].name}”", "the worst band begins at 0", "bands")
    if not all(0 <= lower < _WHOLE for lower in lowers):
        yield Problem("Bands", "lower bounds lie from 0 to below 100", "bands")
    if any(better.order >= worse.order for better, worse in pairwise(card.bands)):
        yield Problem("Bands", "their order must rise from the best band to the worst", "bands")
    keys = Counter(band.key for band in card.bands)
    if UNSCORED in keys or TOO_NEW in keys or max(keys.values()) > 1:
        words = f"keys are used once, and “{UNSCORED}” and “{TOO_NEW}” are none of them"
        yield Problem("Bands", words, "bands")
    if not any(band.at_risk for band in card.bands):
        yield Problem("Bands", "one band at least means “at risk”", "bands")


def _limit_problems(card: ScorecardSpec) -> Iterator[Problem]:
    gaps = [high.lower - low.lower for high, low in pairwise(card.bands)]
    if not 0 <= card.recovery_margin < min([_WHOLE, *gaps]):
        yield Problem(
            "Recovery margin", "it lies from 0 to below the narrowest band", "recovery_margin"
        )
    if card.bands and card.bands[0].lower + card.recovery_margin > _WHOLE:
        yield Problem("Recovery margin", "nothing could rise into the best band", "recovery_margin")
    if not 0 <= card.rising_dwell <= MOST_DWELL:
        words = f"it is a whole number of days from 0 to {MOST_DWELL}"
        yield Problem("Dwell on rising", words, "rising_dwell")
    if not 0 < card.minimum_confidence <= _WHOLE:
        yield Problem("Minimum confidence", "it lies above 0 and at most 100", "minimum_confidence")
    values = card.alert_lines
    if len(set(values)) != len(values) or not all(0 < value < _WHOLE for value in values):
        yield Problem("Alert lines", "each lies between 0 and 100 and stands once", "alert_lines")
    if any(value + card.recovery_margin > _WHOLE for value in values):
        yield Problem(
            "Alert lines", "nothing could rise above line + recovery margin", "alert_lines"
        )
