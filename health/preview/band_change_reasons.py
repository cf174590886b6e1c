"""The main reason why an account changes its band, in one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from health.facts.scope import Ints
from health.measures import MEASURES
from health.scoring import (
    MISSING,
    ComponentSpec,
    Evaluation,
    ScorecardSpec,
    Shift,
    ShiftKind,
    band_positions,
    plain,
    same_bounds,
    shifts,
    to_decimal,
)

_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Told:
    """Both sides of the same accounts."""

    old: ScorecardSpec
    new: ScorecardSpec
    before: Evaluation
    after: Evaluation


def reasons(told: Told, rows: Ints) -> dict[int, str]:
    found = shifts(old=told.old, before=told.before, new=told.new, after=told.after)
    chosen = found.main(told.after.score - told.before.score)
    # With the same bounds each account keeps its side of the margin: what moved it is its score.
    keeps = same_bounds(told.old.bands, told.new.bands)
    by_lines = _under_old_lines(told, told.before) == _under_old_lines(told, told.after)
    by_lines &= not keeps
    by_lines |= (told.before.score == told.after.score) | (chosen == MISSING)
    lines = _LinesMoved(told.old, told.new)
    return {
        int(row): _main_reason(
            told, int(row), found.columns[chosen[row]], lines, bool(by_lines[row])
        )
        for row in rows
    }


def _under_old_lines(told: Told, side: Evaluation) -> Ints:
    """Where a side's scores stand between the old bounds."""
    nowhere = np.full(len(side), MISSING, dtype=np.int64)
    return band_positions(
        bands=told.old.bands, margin=told.old.recovery_margin, values=side.score, previous=nowhere
    )


def _main_reason(told: Told, row: int, shift: Shift, lines: _LinesMoved, by_lines: bool) -> str:
    if not (told.before.is_scored[row] and told.after.is_scored[row]):
        return _confidence_reason(told, row)
    words = lines.words(told, row) if by_lines else _shift_reason(told, shift, row)
    return words[:_LENGTH]


def _confidence_reason(told: Told, row: int) -> str:
    needed = told.new.minimum_confidence
    share = told.after.confidence[row] / 100
    if told.after.score[row] == MISSING:
        return f"{share:.0f}% of the weight has data, {plain(needed)}% is needed"
    return f"{share:.0f}% of the weight has data now, {plain(needed)}% is enough"


class _LinesMoved:
    """The score would do as before; where bands begin, or the margin, decides."""

    def __init__(self, old: ScorecardSpec, new: ScorecardSpec) -> None:
        earlier = {band.key: band.lower for band in old.bands}
        moved = [
            f"{band.name} begins at {plain(band.lower)} instead of {plain(earlier[band.key])}"
            for band in new.bands
            if band.key in earlier and earlier[band.key] != band.lower
        ]
        others = {band.key for band in new.bands} != set(earlier)
        self.moved = "; ".join(moved) or ("Other bands" if others else "")

    def words(self, told: Told, row: int) -> str:
        score = to_decimal(int(told.after.score[row]))
        afresh = f"A new version judges afresh: {score} without the recovery margin"
        return self.moved or afresh


def _shift_reason(told: Told, shift: Shift, row: int) -> str:
    match shift.kind:
        case ShiftKind.GATE:
            return _gate_reason(told, shift.key, row)
        case ShiftKind.COMPONENT:
            return _component_reason(told, shift.key, row)
        case ShiftKind.WEIGHT:
            return _weight_reason(told, shift.key, row)
        case _:
            old, new = _readings_before_and_after(told, shift.key, row)
            return f"{_measure_name(shift.key)} reads {new} instead of {old}"


def _gate_reason(told: Told, key: str, row: int) -> str:
    sides = []
    for card, evaluation in ((told.old, told.before), (told.new, told.after)):
        keys = [gate.key for gate in card.gates]
        gate = card.gates[keys.index(key)] if key in keys else None
        holds = gate is not None and bool(evaluation.gate_hits[row, keys.index(key)])
        sides.append(f"at most {plain(gate.cap)}" if gate is not None and holds else "no cap")
    gates = {gate.key: gate.name for gate in (*told.old.gates, *told.new.gates)}
    return f"Gate “{gates[key]}”: {sides[1]} instead of {sides[0]}"


def _component_reason(told: Told, key: str, row: int) -> str:
    old = {c.key: c for c in told.old.components}
    new: dict[str, ComponentSpec] = {c.key: c for c in told.new.components}
    value = to_decimal(int(told.after.components[row, told.new.component_keys.index(key)]))
    weights = f"counts {plain(new[key].weight)} instead of {plain(old[key].weight)}"
    return f"{new[key].name} {weights}" + ("" if value is None else f", and reads {value:.0f}")


def _weight_reason(told: Told, key: str, row: int) -> str:
    old, new = (
        _share_of_score(told.old, told.before, key, row),
        _share_of_score(told.new, told.after, key, row),
    )
    reading = _readings_before_and_after(told, key, row)
    if not new:
        return f"{_measure_name(key)} no longer counts; it read {reading[0]}"
    if not old:
        return f"{_measure_name(key)} counts now ({new:.0f}% of the score), and reads {reading[1]}"
    return f"{_measure_name(key)} counts {new:.1f}% instead of {old:.1f}%, and reads {reading[1]}"


def _share_of_score(card: ScorecardSpec, evaluation: Evaluation, key: str, row: int) -> float:
    keys = card.measure_keys
    return float(evaluation.weights[row, keys.index(key)]) * 100 if key in keys else 0.0


def _readings_before_and_after(told: Told, key: str, row: int) -> tuple[str, str]:
    sides = []
    for card, evaluation in ((told.old, told.before), (told.new, told.after)):
        keys = card.measure_keys
        value = int(evaluation.readings[row, keys.index(key)]) if key in keys else MISSING
        sides.append("nothing" if value == MISSING else f"{value / 100:.0f}")
    return sides[0], sides[1]


def _measure_name(key: str) -> str:
    return MEASURES[key].name if key in MEASURES else key
