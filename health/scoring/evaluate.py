"""Raw values in, readings, components and scores out; every array has one row per account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from health.scoring.curves import holds, read
from health.scoring.hundredths import (
    HUNDRED,
    MISSING,
    Flags,
    Floats,
    Hundredths,
    half_up_ratio,
    to_hundredths,
)
from health.scoring.specs import ComponentSpec, GateSpec, MeasureSpec, ScorecardSpec

# The weight of a measure in the whole is a product of up to four weights in hundredths;
# 10 000⁴ still fits a 64-bit integer, so that confidence is compared exactly.
_LEVELS = 4
_WHOLE = HUNDRED**_LEVELS


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Columns follow the scorecard: raw_keys, measure_keys, component_keys, gates.

    Readings, components and scores are hundredths of a point (MISSING: no data); weights are
    the share of each measure in the score after re-weighting; `cuts` is what each gate took
    from the score, in points before rounding; confidence is in hundredths of a per cent.
    """

    raw: Floats
    readings: Hundredths
    weights: Floats
    components: Hundredths
    gate_hits: Flags
    cuts: Floats
    score: Hundredths
    confidence: Hundredths
    is_scored: Flags

    def __len__(self) -> int:
        return len(self.score)

    def rows(self, part: slice) -> Evaluation:
        return Evaluation(*(getattr(self, field.name)[part] for field in fields(self)))

    def without(self, rows: Flags) -> Evaluation:
        """The same, but those rows have no score."""
        score = np.where(rows, MISSING, self.score)
        return replace(self, score=score, is_scored=self.is_scored & ~rows)


@dataclass(slots=True)
class _Node:
    """What a component knows of itself while the tree is walked from the leaves up."""

    value: Hundredths
    present: Hundredths  # weight with data × HUNDRED ** (levels below)
    levels: int
    share: dict[int, Floats]  # measure column → its share in this component
    cuts: dict[int, Floats]  # gate column → points it took from this component


@dataclass(slots=True)
class _Walk:
    card: ScorecardSpec
    readings: Hundredths
    components: Hundredths
    hits: Flags
    columns: Iterator[int]
    positions: dict[str, int]


def evaluate(card: ScorecardSpec, raw: Floats) -> Evaluation:
    """Scores accounts; `raw` has the columns of card.raw_keys, NaN where a value is missing."""
    accounts = len(raw)
    keys = {key: column for column, key in enumerate(card.raw_keys)}
    readings = _reading_matrix(card, raw, keys)
    walk = _Walk(
        card,
        readings,
        np.full((accounts, len(card.component_keys)), MISSING, dtype=np.int64),
        _gate_hits(card, raw, keys),
        iter(range(len(card.measures))),
        {key: position for position, key in enumerate(card.component_keys)},
    )
    children = [_component_node(walk, child) for child in card.components]
    root = _weighted_mean_node(
        children, [to_hundredths(c.weight) for c in card.components], accounts
    )
    certain = _confidence_of(root)
    enough = to_hundredths(card.minimum_confidence) * (_WHOLE // HUNDRED)
    is_scored = (certain >= enough) & (root.value != MISSING)
    return Evaluation(
        raw=raw,
        readings=readings,
        weights=_dense_matrix(root.share, accounts, len(card.measures)),
        components=walk.components,
        gate_hits=walk.hits,
        cuts=_dense_matrix(root.cuts, accounts, len(card.gates)),
        score=np.where(is_scored, root.value, MISSING),
        confidence=certain // (_WHOLE // HUNDRED),
        is_scored=is_scored,
    )


def _reading_matrix(card: ScorecardSpec, raw: Floats, keys: dict[str, int]) -> Hundredths:
    columns = [_measure_reading(measure, raw, keys) for measure in card.measures]
    return np.column_stack(columns) if columns else np.empty((len(raw), 0), dtype=np.int64)


def _measure_reading(measure: MeasureSpec, raw: Floats, keys: dict[str, int]) -> Hundredths:
    reading = read(measure.curve, raw[:, keys[measure.key]])
    lost = np.zeros(len(raw), dtype=np.int64)
    for penalty in measure.penalties:
        counts = np.nan_to_num(raw[:, keys[penalty.measure]], nan=0.0)
        lost += counts.astype(np.int64) * to_hundredths(penalty.points)
    return np.where(reading == MISSING, MISSING, np.maximum(reading - lost, 0))


def _gate_hits(card: ScorecardSpec, raw: Floats, keys: dict[str, int]) -> Flags:
    hits = np.ones((len(raw), len(card.gates)), dtype=np.bool_)
    for column, gate in enumerate(card.gates):
        for condition in gate.conditions:
            hits[:, column] &= holds(condition, raw[:, keys[condition.measure]])
    return hits


def _component_node(walk: _Walk, component: ComponentSpec) -> _Node:
    accounts = len(walk.readings)
    if component.components:
        children = [_component_node(walk, child) for child in component.components]
        weights = [to_hundredths(child.weight) for child in component.components]
    else:
        children = [_measure_node(walk) for _ in component.measures]
        weights = [to_hundredths(measure.weight) for measure in component.measures]
    node = _weighted_mean_node(children, weights, accounts)
    for column, gate in enumerate(walk.card.gates):
        if gate.component == component.key:
            _cap_node(node, walk.hits[:, column], gate, column)
    walk.components[:, walk.positions[component.key]] = node.value
    return node


def _measure_node(walk: _Walk) -> _Node:
    column = next(walk.columns)
    reading = walk.readings[:, column]
    present = (reading != MISSING).astype(np.int64)
    return _Node(reading, present, 0, {column: present.astype(np.float64)}, {})


def _weighted_mean_node(children: list[_Node], weights: list[int], accounts: int) -> _Node:
    """Weighted mean over the children that have data; exact, rounded half up once."""
    levels = 1 + max((child.levels for child in children), default=0)
    total = np.zeros(accounts, dtype=np.int64)
    weight_here = np.zeros(accounts, dtype=np.int64)
    present = np.zeros(accounts, dtype=np.int64)
    for child, weight in zip(children, weights, strict=True):
        has_data = child.value != MISSING
        weight_here += has_data * weight
        total += np.where(has_data, child.value, 0) * weight
        present += child.present * weight * HUNDRED ** (levels - 1 - child.levels)
    divisor = np.maximum(weight_here, 1)
    value = np.where(weight_here > 0, half_up_ratio(total, divisor), MISSING)
    node = _Node(value, present, levels, {}, {})
    for child, weight in zip(children, weights, strict=True):
        factor = np.where(child.value != MISSING, weight / divisor, 0.0)
        node.share |= {column: share * factor for column, share in child.share.items()}
        node.cuts |= {column: cut * factor for column, cut in child.cuts.items()}
    return node


def _cap_node(node: _Node, hits: Flags, gate: GateSpec, column: int) -> None:
    cap = to_hundredths(gate.cap)
    cut = np.where(hits & (node.value > cap), node.value - cap, 0)
    node.value = node.value - cut
    node.cuts[column] = cut / 100


def _confidence_of(root: _Node) -> Hundredths:
    """The weight that had data, out of _WHOLE."""
    return np.asarray(root.present * HUNDRED ** (_LEVELS - root.levels), dtype=np.int64)


def _dense_matrix(columns: dict[int, Floats], accounts: int, width: int) -> Floats:
    matrix: npt.NDArray[np.float64] = np.zeros((accounts, width))
    for column, values in columns.items():
        matrix[:, column] = values
    return matrix
