"""What moved an account's score between two stored days, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from health.measures import MEASURES
from health.models import HealthScore
from health.pages.labels import penalties_shown, told_apart
from health.queries.scorecards import published_card
from health.scoring import Contribution, Explanation, RowKind, ScorecardSpec


@dataclass(frozen=True, slots=True)
class MoveRow:
    name: str
    kind: str
    points: Decimal
    before: str
    after: str


def move_rows(
    explanation: Explanation, *, card: ScorecardSpec, before: HealthScore, after: HealthScore
) -> list[MoveRow]:
    """What moved the score, the largest first; what moved nothing is left out, save a band that
    somebody set: it changes what is shown and no points."""
    sides = (_day_side(before), _day_side(after))
    moved = [row for row in explanation.rows if row.points or row.kind == RowKind.OVERRIDE]
    return [
        MoveRow(_row_name(row, card), row.kind, row.points, *_states_shown(row, card, sides))
        for row in sorted(moved, key=lambda row: (-abs(row.points), row.key))
    ]


def unmoved_measures(explanation: Explanation) -> int:
    """How many measures have no row: what is no measure is not counted."""
    return sum(1 for row in explanation.rows if row.kind == RowKind.MEASURE and not row.points)


@dataclass(frozen=True, slots=True)
class _Side:
    raw: Mapping[str, float]
    caps: Mapping[str, str]
    """By gate that held, what it capped its component at."""


def _day_side(stored: HealthScore) -> _Side:
    card = published_card(stored.scorecard_id).spec
    return _Side(
        raw=dict(zip(card.raw_keys, stored.raw, strict=True)),
        caps={
            gate.key: gettext("at most %(cap)s") % {"cap": f"{float(gate.cap):g}"}
            for position, gate in enumerate(card.gates)
            if stored.gate_hits >> position & 1
        },
    )


def _states_shown(
    row: Contribution, card: ScorecardSpec, sides: tuple[_Side, _Side]
) -> tuple[str, str]:
    """The row's state on the two days; empty where it has none."""
    first, second = sides
    if row.kind == RowKind.GATE:
        missing = gettext("did not hold")
        return first.caps.get(row.key, missing), second.caps.get(row.key, missing)
    if row.kind != RowKind.MEASURE:
        return "", ""
    measure = next(measure for measure in card.measures if measure.key == row.key)
    before, after = told_apart(row.key, row.raw_before, row.raw_after)
    return (
        before + penalties_shown(measure, first.raw),
        after + penalties_shown(measure, second.raw),
    )


def _row_name(row: Contribution, card: ScorecardSpec) -> str:
    gates = {gate.key: gate.name for gate in card.gates}
    if row.kind == RowKind.MEASURE:
        return MEASURES[row.key].name
    if row.kind == RowKind.GATE:
        return gettext("Gate: %(gate)s") % {"gate": gates.get(row.key, row.key)}
    return {
        RowKind.REWEIGHTING: gettext(
            "Data went missing or came back: other measures weigh differently"
        ),
        RowKind.VERSION: gettext("New scorecard: %(name)s, v%(version)s")
        % {"name": card.name, "version": card.version},
        RowKind.OVERRIDE: gettext("Band set by hand"),
    }[row.kind]
