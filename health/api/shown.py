"""Scores, their readings, explanations, crossings and scorecards as the API says them."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from accounts.api.read_schema import (
    BOOLEAN,
    ID,
    LATER,
    NULLABLE,
    NULLABLE_ID,
    NUMBER,
    TEXT,
    TIME,
    object_schema,
)
from health.measures import MEASURES
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from health.preview.what_if import WhatIf
from health.queries.scorecards import Card, published_card
from health.scoring import Contribution, Explanation, ScorecardSpec, to_decimal

Shown = dict[str, Any]
DAY = {"type": "string", "format": "date"}
_CARD = {"scorecard": TEXT, "version": ID}

HEALTH = {
    "account": TEXT, "day": DAY, "score": NUMBER, "band": TEXT, "effective_band": TEXT,
    "at_risk": BOOLEAN, "confidence": NUMBER, "week_change": NUMBER, **_CARD,
    "has_rule": BOOLEAN, "computed_at": TIME,
}  # fmt: skip
_COMPONENT = object_schema(
    {
        "key": TEXT,
        "name": TEXT,
        "level": ID,
        "value": NUMBER,
        "gates": {"type": "array", "items": TEXT},
    }
)
_MEASURE = object_schema(
    {
        "key": TEXT, "name": TEXT, "component": TEXT, "unit": TEXT, "raw": NUMBER,
        "reading": NUMBER, "weight": NUMBER, "points": NUMBER,
    }
)  # fmt: skip
READINGS = {
    "components": {"type": "array", "items": _COMPONENT},
    "measures": {"type": "array", "items": _MEASURE},
}
WHOLE_HEALTH = HEALTH | READINGS
HISTORY_DAY = {
    "day": DAY, "revision": ID, "score": NUMBER, "band": TEXT, "confidence": NUMBER, **_CARD,
    "computed_at": TIME,
}  # fmt: skip
_ROW = object_schema(
    {
        "kind": TEXT, "key": TEXT, "name": TEXT, "points": NUMBER, "raw_before": NUMBER,
        "raw_after": NUMBER, "reading_before": NUMBER, "reading_after": NUMBER,
    }
)  # fmt: skip
_SIDE = object_schema({"day": DAY, "score": NUMBER, **_CARD})
EXPLANATION = {
    "account": TEXT,
    "before": _SIDE,
    "after": _SIDE,
    "change": NUMBER,
    "rows": {"type": "array", "items": _ROW},
}
MOVER = {"account": TEXT, "day": DAY, "score": NUMBER, "band": TEXT, "change": NUMBER, "days": ID}
CROSSING = {
    "id": ID, "account": TEXT, "day": DAY, "subject": TEXT, "kind": TEXT, "cause": TEXT,
    "direction": TEXT, "from": TEXT, "to": TEXT, "score_before": NUMBER, "score_after": NUMBER,
    **_CARD, "is_overridden": BOOLEAN, "created_at": TIME,
}  # fmt: skip
SCORECARD = {"key": TEXT, "name": TEXT, "version": ID, "published_at": LATER, "has_draft": BOOLEAN}
WHOLE_SCORECARD = SCORECARD | {"content": {"type": "object"}}
WHAT_IF = {
    "account": TEXT, "day": DAY, **_CARD, "score": NUMBER, "band": TEXT, "confidence": NUMBER,
    "score_now": NUMBER, "band_now": NULLABLE, "version_now": NULLABLE_ID, **READINGS,
}  # fmt: skip


def health(row: CurrentHealth) -> Shown:
    return {
        "account": row.account.external_id,
        "day": row.day.isoformat(),
        "score": _as_number(row.score),
        "band": row.band,
        "effective_band": row.effective_band,
        "at_risk": row.at_risk,
        "confidence": _as_number(row.confidence),
        "week_change": _as_number(row.week_change),
        **_card_shown(row.scorecard_id),
        "has_rule": not row.lacks_rule,
        "computed_at": row.computed_at.isoformat(),
    }


def readings(stored: HealthScore) -> Shown:
    """What the score of the day was made of."""
    card = published_card(stored.scorecard_id).spec
    return _readings_shown(
        card,
        raw=dict(zip(card.raw_keys, stored.raw, strict=True)),
        readings=stored.readings,
        weights=[Decimal(weight) / 100 for weight in stored.weights],
        components=stored.components,
        hits=[bool(stored.gate_hits >> place & 1) for place in range(len(card.gates))],
    )


def history_day(row: HealthScore) -> Shown:
    return {
        "day": row.day.isoformat(),
        "revision": row.revision,
        "score": _as_number(row.score),
        "band": row.band,
        "confidence": _as_number(row.confidence),
        **_card_shown(row.scorecard_id),
        "computed_at": row.computed_at.isoformat(),
    }


def explanation(
    account: str, *, before: HealthScore, after: HealthScore, found: Explanation
) -> Shown:
    """The points of the rows add up to the change; no rows where one day has no score."""
    card = published_card(after.scorecard_id).spec
    return {
        "account": account,
        "before": _side_shown(before),
        "after": _side_shown(after),
        "change": _as_number(found.change),
        "rows": [_contribution_shown(row, card) for row in found.rows],
    }


def mover(row: CurrentHealth, *, days: int) -> Shown:
    """`row` has its `change` in hundredths."""
    change: int = getattr(row, "change")  # noqa: B009 -- annotated
    return {
        "account": row.account.external_id,
        "day": row.day.isoformat(),
        "score": _as_number(row.score),
        "band": row.effective_band,
        "change": change / 100,
        "days": days,
    }


def crossing(row: ThresholdCrossing) -> Shown:
    return {
        "id": row.pk,
        "account": row.account.external_id,
        "day": row.day.isoformat(),
        "subject": row.subject,
        "kind": row.kind,
        "cause": row.cause,
        "direction": row.direction,
        "from": row.from_band,
        "to": row.to_band,
        "score_before": _as_number(row.score_before),
        "score_after": _as_number(row.score_after),
        **_card_shown(row.scorecard_id),
        "is_overridden": row.is_overridden,
        "created_at": row.created_at.isoformat(),
    }


def what_if(account: str, found: WhatIf) -> Shown:
    card, result = found.card.spec, found.evaluation
    now = found.now
    return {
        "account": account,
        "day": found.day.isoformat(),
        "scorecard": card.key,
        "version": card.version,
        "score": _as_number(to_decimal(int(result.score[0]))),
        "band": found.band,
        "confidence": _as_number(to_decimal(int(result.confidence[0]))),
        "score_now": None if now is None else _as_number(now.score),
        "band_now": None if now is None else now.band,
        "version_now": None if now is None else published_card(now.scorecard_id).spec.version,
        **_readings_shown(
            card,
            raw=dict(zip(card.raw_keys, result.raw[0].tolist(), strict=True)),
            readings=result.readings[0].tolist(),
            weights=[Decimal(str(round(share * 100, 2))) for share in result.weights[0].tolist()],
            components=result.components[0].tolist(),
            hits=[bool(hit) for hit in result.gate_hits[0]],
        ),
    }


def _readings_shown(
    card: ScorecardSpec,
    *,
    raw: dict[str, float],
    readings: list[int],
    weights: list[Decimal],
    components: list[int],
    hits: list[bool],
) -> Shown:
    values = dict(zip(card.component_keys, components, strict=True))
    by_measure = dict(zip(card.measure_keys, zip(readings, weights, strict=True), strict=True))
    held = [gate for gate, hit in zip(card.gates, hits, strict=True) if hit]
    return {
        "components": [
            {
                "key": each.key,
                "name": each.name,
                "level": level,
                "value": _as_number(to_decimal(values[each.key])),
                "gates": [gate.key for gate in held if gate.component == each.key],
            }
            for level, each in card.walk()
        ],
        "measures": [
            _measure_shown(key, component.key, raw[key], *by_measure[key])
            for _, component in card.walk()
            for key in (measure.key for measure in component.measures)
        ],
    }


def _measure_shown(key: str, component: str, raw: float, reading: int, weight: Decimal) -> Shown:
    definition, value = MEASURES[key], to_decimal(reading)
    points = (
        None if value is None else (weight * value / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    )
    return {
        "key": key,
        "name": definition.name,
        "component": component,
        "unit": definition.unit,
        "raw": None if math.isnan(raw) else raw,
        "reading": _as_number(value),
        "weight": _as_number(weight),
        "points": _as_number(points),
    }


def _contribution_shown(row: Contribution, card: ScorecardSpec) -> Shown:
    names = {gate.key: gate.name for gate in card.gates}
    names |= {key: MEASURES[key].name for key in card.measure_keys}
    return {
        "kind": row.kind.value,
        "key": row.key,
        "name": names.get(row.key, row.key),
        "points": _as_number(row.points),
        "raw_before": row.raw_before,
        "raw_after": row.raw_after,
        "reading_before": _as_number(row.reading_before),
        "reading_after": _as_number(row.reading_after),
    }


def _side_shown(row: HealthScore) -> Shown:
    return {
        "day": row.day.isoformat(),
        "score": _as_number(row.score),
        **_card_shown(row.scorecard_id),
    }


def _card_shown(scorecard_id: int) -> Shown:
    spec = published_card(scorecard_id).spec
    return {"scorecard": spec.key, "version": spec.version}


def scorecard(card: Card, *, published_at: Any, has_draft: bool) -> Shown:
    return {
        "key": card.spec.key,
        "name": card.spec.name,
        "version": card.spec.version,
        "published_at": published_at.isoformat(),
        "has_draft": has_draft,
    }


def _as_number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
