"""Does this signal match this playbook? Reads the values in the signal, never a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from health.scoring.bands import Cause
from playbooks.triggers.rules import WHOLE_SCORE, AccountState, Conditions, Recovery, Trigger
from playbooks.triggers.vocabulary import Direction, TriggerKind

CROSSED = "health.crossed"


@dataclass(frozen=True, slots=True)
class Crossing:
    subject: str
    before: str
    after: str
    direction: str
    cause: str
    day: str
    crossing_group: str
    scorecard: str
    is_urgent: bool
    is_overridden: bool
    score: Decimal | None
    previous_score: Decimal | None


@dataclass(frozen=True, slots=True)
class TriggerInput:
    """A signal as it was rung. `crossing` is None for every other kind."""

    signal_id: int
    kind: str
    occurred_at: datetime
    crossing: Crossing | None = None
    detail: str = ""


def parse_signal(
    *, signal_id: int, kind: str, occurred_at: datetime, payload: Mapping[str, Any]
) -> TriggerInput:
    crossing = read_crossing(payload) if kind == CROSSED else None
    detail = str(payload.get("note") or "")
    return TriggerInput(signal_id, kind, occurred_at, crossing, detail)


def read_crossing(payload: Mapping[str, Any]) -> Crossing:
    scorecard = f"{payload.get('scorecard', '')} v{payload.get('version', '')}"
    return Crossing(
        subject=str(payload.get("subject") or WHOLE_SCORE),
        before=str(payload.get("from") or ""),
        after=str(payload.get("to") or ""),
        direction=str(payload.get("direction") or ""),
        # Health rings for moves only; a cause is given where a crossing is anything else.
        cause=str(payload.get("cause") or Cause.MOVED),
        day=str(payload.get("day") or ""),
        crossing_group=str(payload.get("crossing_group") or payload.get("day") or ""),
        scorecard=scorecard,
        is_urgent=payload.get("handled_first") is True,
        is_overridden=payload.get("is_overridden") is True,
        score=_decimal(payload.get("score")),
        previous_score=_decimal(payload.get("score_before")),
    )


def matching_trigger(*, triggers: tuple[Trigger, ...], inputs: TriggerInput) -> Trigger | None:
    """The first trigger this signal pulls."""
    return next((trigger for trigger in triggers if matches(trigger=trigger, inputs=inputs)), None)


def matches(*, trigger: Trigger, inputs: TriggerInput) -> bool:
    if trigger.kind is TriggerKind.SIGNAL:
        return inputs.kind == trigger.signal
    crossing = inputs.crossing
    # A first score, unscored ↔ scored and a new scorecard version cross too, and start nothing.
    if crossing is None or crossing.cause != Cause.MOVED:
        return False
    if trigger.kind is TriggerKind.SCORE_BELOW:
        return _passes_below(crossing, trigger.score)
    return (
        crossing.subject == trigger.subject
        and crossing.direction == trigger.direction
        and (not trigger.sources or crossing.before in trigger.sources)
        and (not trigger.targets or crossing.after in trigger.targets)
    )


def _passes_below(crossing: Crossing, line: Decimal | None) -> bool:
    """Falls from the line or above it to below it, whichever band or line the crossing names."""
    if line is None or crossing.score is None or crossing.direction != Direction.DOWN:
        return False
    if crossing.subject == f"line:{line.normalize():f}":
        return crossing.score < line
    # A scorecard without that alert line says it by the band it leaves on the way down.
    was_above = crossing.previous_score is not None and crossing.previous_score >= line
    return crossing.subject == WHOLE_SCORE and was_above and crossing.score < line


def fits(*, conditions: Conditions, standing: AccountState) -> bool:
    return (
        _allows(conditions.segments, standing.segment)
        and _allows(conditions.touch_tiers, standing.touch_tier)
        and _allows(conditions.stages, standing.stage)
        and (not conditions.tags or bool(conditions.tags & standing.tags))
        and not conditions.without_tags & standing.tags
    )


def has_recovered(*, recovery: Recovery, score: Decimal | None, band: str) -> bool:
    """An unscored account has not recovered: nobody knows."""
    if score is None:
        return False
    if band in recovery.bands:
        return True
    return recovery.score_at_least is not None and score >= recovery.score_at_least


def _allows(allowed: frozenset[str], value: str) -> bool:
    return not allowed or value in allowed


def _decimal(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
