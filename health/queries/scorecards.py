"""Scorecards as the maths wants them, and which version of each is in force."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from django.db.models import Max

from health import models
from health.measures import MEASURES
from health.scoring import (
    BandSpec,
    ComponentSpec,
    GateSpec,
    MeasureSpec,
    NotationError,
    Penalty,
    ScorecardSpec,
    Tone,
    parse_conditions,
    parse_curve,
)

# Not one between the brackets of a measure.
_COMMA = re.compile(r",(?![^()]*\))")


@dataclass(frozen=True, slots=True)
class Card:
    """A scorecard row and what it says."""

    id: int
    spec: ScorecardSpec


def in_force() -> dict[str, Card]:
    """The version of each key that was published last."""
    latest = models.Publication.objects.values("scorecard__key").annotate(latest=Max("id"))
    ids = models.Publication.objects.filter(pk__in=latest.values("latest")).values_list(
        "scorecard_id", flat=True
    )
    cards = [published_card(scorecard_id) for scorecard_id in sorted(ids)]
    return {card.spec.key: card for card in cards}


def given_cards() -> list[Card]:
    """Those in force that a rule gives; all of them before there are rules."""
    given = set(models.AssignmentRule.objects.in_force().values_list("scorecard_key", flat=True))
    return [card for key, card in in_force().items() if key in given or not given]


@lru_cache(maxsize=256)
def published_card(scorecard_id: int) -> Card:
    """A published version, remembered: it never changes. Raises DoesNotExist for a draft."""
    row = models.Scorecard.objects.get(pk=scorecard_id, state=models.Scorecard.State.PUBLISHED)
    return Card(row.pk, build_spec(row))


def build_spec(row: models.Scorecard) -> ScorecardSpec:
    """What the rows of a scorecard say, each measure by the one spelling of its name. Raises
    NotationError for a curve that cannot be read."""
    measures: dict[int, list[MeasureSpec]] = defaultdict(list)
    for measure in row.measures.order_by("position", "pk"):
        measures[measure.component_id].append(_measure_spec(measure))
    children: dict[int | None, list[models.Component]] = defaultdict(list)
    for component in row.components.order_by("position", "pk"):
        children[component.parent_id].append(component)
    return ScorecardSpec(
        key=row.key,
        version=row.version,
        name=row.name,
        components=tuple(_component_spec(child, children, measures) for child in children[None]),
        bands=tuple(
            BandSpec(band.key, band.name, band.lower, band.at_risk, Tone(band.tone), band.order)
            for band in row.bands.order_by("-lower")
        ),
        gates=tuple(
            _gate_spec(gate)
            for gate in row.gates.select_related("component").order_by("position", "pk")
        ),
        alert_lines=tuple(row.alert_lines.order_by("-value").values_list("value", flat=True)),
        recovery_margin=row.recovery_margin,
        rising_dwell=row.rising_dwell,
        minimum_confidence=row.minimum_confidence,
        handled_first=row.handled_first,
    )


def _component_spec(
    row: models.Component,
    children: dict[int | None, list[models.Component]],
    measures: dict[int, list[MeasureSpec]],
) -> ComponentSpec:
    nested = tuple(_component_spec(child, children, measures) for child in children[row.pk])
    return ComponentSpec(row.key, row.name, row.weight, tuple(measures[row.pk]), nested)


def _measure_spec(row: models.Measure) -> MeasureSpec:
    try:
        return MeasureSpec(
            MEASURES.spelled(row.key),
            row.weight,
            parse_curve(row.curve),
            parse_penalties(row.penalties),
        )
    except NotationError as problem:
        raise NotationError(f"Measure “{row.key}”: {problem}") from problem


def _gate_spec(row: models.Gate) -> GateSpec:
    try:
        conditions = tuple(
            replace(each, measure=MEASURES.spelled(each.measure))
            for each in parse_conditions(row.condition)
        )
    except NotationError as problem:
        raise NotationError(f"Gate “{row.name}”: {problem}") from problem
    return GateSpec(row.key, row.name, row.component.key, conditions, row.cap)


def parse_penalties(text: str) -> tuple[Penalty, ...]:
    """Reads “upsells_declined_90d × 30, renewal_pushbacks_90d × 40”. Raises NotationError."""
    penalties = []
    for part in filter(None, (piece.strip() for piece in _COMMA.split(text))):
        key, _, points = part.replace("*", "×").partition("×")
        if not points.strip().replace(".", "", 1).isdecimal():
            raise NotationError(f"“{part}”: write measure × points")
        penalties.append(Penalty(MEASURES.spelled(key.strip()), Decimal(points.strip())))
    return tuple(penalties)
