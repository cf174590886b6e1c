"""Why another scorecard gives an account another score, on the same raw values.

With U the score before gates, U' − U = Σ (w' − w)(r − U) + Σ w'(r' − r): what is weighted
otherwise moves the score by how far its reading lies from it, what is read otherwise by its new
weight. Gates take what they take. Roundings aside, the parts add up to the change.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from health.scoring.evaluate import Evaluation
from health.scoring.hundredths import MISSING, Floats, Hundredths
from health.scoring.specs import ComponentSpec, ScorecardSpec


class ShiftKind(StrEnum):
    COMPONENT = "component"
    WEIGHT = "weight"
    CURVE = "curve"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Shift:
    kind: ShiftKind
    key: str


@dataclass(frozen=True, slots=True)
class Shifts:
    """`points` has one row an account and one column a shift; 0 where a score is missing."""

    columns: tuple[Shift, ...]
    points: Floats

    def main(self, change: Hundredths) -> Hundredths:
        """The column that did most in the direction of the change; MISSING where none did."""
        if not self.columns:
            return np.full(len(change), MISSING, dtype=np.int64)
        pull = self.points * np.sign(change)[:, np.newaxis]
        chosen = pull.argmax(axis=1)
        return np.where(pull.max(axis=1) > 0, chosen, MISSING)


def shifts(
    *, old: ScorecardSpec, before: Evaluation, new: ScorecardSpec, after: Evaluation
) -> Shifts:
    """Both evaluations are of the same accounts, in the same order."""
    keys = tuple(dict.fromkeys((*old.measure_keys, *new.measure_keys)))
    weights = (
        _spread_columns(before.weights, old, keys),
        _spread_columns(after.weights, new, keys),
    )
    readings = (_readings_by_key(before, old, keys), _readings_by_key(after, new, keys))
    ungated = (weights[0] * readings[0]).sum(axis=1, keepdims=True)
    known = _in_both(old, new, keys)
    reference = np.where(known == 1, readings[0], readings[1])
    reference = np.where(known == -1, readings[0], reference)
    weighed = (weights[1] - weights[0]) * (reference - ungated)
    read = np.where(known == 1, weights[1] * (readings[1] - readings[0]), 0.0)
    columns, points = _grouped_by_component(old, new, keys, weighed)
    columns += [Shift(ShiftKind.CURVE, key) for key in keys]
    gates, cuts = _gate_shifts(old, before, new, after)
    scored = before.is_scored & after.is_scored
    total = np.hstack([points, read, cuts]) * scored[:, np.newaxis]
    return Shifts((*columns, *gates), total)


def _spread_columns(values: Floats, card: ScorecardSpec, keys: tuple[str, ...]) -> Floats:
    """Columns of the card's measures at the places of `keys`, 0 elsewhere."""
    spread = np.zeros((len(values), len(keys)))
    spread[:, [keys.index(key) for key in card.measure_keys]] = values
    return spread


def _readings_by_key(evaluation: Evaluation, card: ScorecardSpec, keys: tuple[str, ...]) -> Floats:
    present = np.where(evaluation.readings == MISSING, 0, evaluation.readings) / 100
    return _spread_columns(present, card, keys)


def _in_both(old: ScorecardSpec, new: ScorecardSpec, keys: tuple[str, ...]) -> Hundredths:
    """1: measured by both cards, -1: by the old one alone, 0: by the new one alone."""
    first, second = set(old.measure_keys), set(new.measure_keys)
    return np.array([1 if key in first & second else -1 if key in first else 0 for key in keys])


def _grouped_by_component(
    old: ScorecardSpec, new: ScorecardSpec, keys: tuple[str, ...], weighed: Floats
) -> tuple[list[Shift], Floats]:
    """What a component's own weight did is told as one, whatever hangs in it."""
    homes, earlier = _top_components(new), _top_components(old)
    columns: list[Shift] = []
    points: list[Floats] = []
    places: dict[Shift, int] = {}
    for position, key in enumerate(keys):
        home, was = homes.get(key), earlier.get(key)
        moved = home is not None and was is not None and home.key == was.key
        whole = moved and home is not None and was is not None and home.weight != was.weight
        shift = (
            Shift(ShiftKind.COMPONENT, home.key) if whole and home else Shift(ShiftKind.WEIGHT, key)
        )
        if shift not in places:
            places[shift] = len(columns)
            columns.append(shift)
            points.append(np.zeros(len(weighed)))
        points[places[shift]] = points[places[shift]] + weighed[:, position]
    return columns, np.column_stack(points) if points else np.empty((len(weighed), 0))


def _top_components(card: ScorecardSpec) -> dict[str, ComponentSpec]:
    """By measure, the component it counts in: the outermost, whose weight is a share of all."""
    homes: dict[str, ComponentSpec] = {}
    for top in card.components:
        for component in _component_with_nested(top):
            for measure in component.measures:
                homes[measure.key] = top
    return homes


def _component_with_nested(component: ComponentSpec) -> list[ComponentSpec]:
    inner = [each for child in component.components for each in _component_with_nested(child)]
    return [component, *inner]


def _gate_shifts(
    old: ScorecardSpec, before: Evaluation, new: ScorecardSpec, after: Evaluation
) -> tuple[list[Shift], Floats]:
    keys = list(dict.fromkeys([gate.key for gate in (*old.gates, *new.gates)]))
    cuts = np.zeros((len(before), len(keys)))
    for column, gate in enumerate(old.gates):
        cuts[:, keys.index(gate.key)] += before.cuts[:, column]
    for column, gate in enumerate(new.gates):
        cuts[:, keys.index(gate.key)] -= after.cuts[:, column]
    return [Shift(ShiftKind.GATE, key) for key in keys], cuts
