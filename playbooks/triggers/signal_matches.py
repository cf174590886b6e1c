"""Does this signal match this playbook? Reads the values in the signal, never a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.catalogue import SignalKind
from health.signals import CrossingSignal
from playbooks.triggers.rules import BY_PLAY, Recovery, Rule, Trigger
from playbooks.triggers.time_triggers import MOMENT_SIGNALS
from playbooks.triggers.vocabulary import TriggerKind

CROSSED = "health.crossed"


@dataclass(frozen=True, slots=True)
class TriggerInput:
    """A signal as emitted. `crossing` is None for every other kind; `moments` names what time
    brought about, the latest first, and `values` what was seen of it."""

    signal_id: int
    kind: str
    occurred_at: datetime
    crossing: CrossingSignal | None = None
    detail: str = ""
    moments: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Its kind alone says which triggers it pulls."""
        return self.crossing is None and not self.moments and self.kind != SignalKind.PLAY_ASKED

    @property
    def contract(self) -> str:
        """The id of the contract it is about; empty where it is about none."""
        return str(self.values.get("contract", ""))


def parse_signal(
    *, signal_id: int, kind: str, occurred_at: datetime, payload: Mapping[str, Any]
) -> TriggerInput:
    """Raises SignalShapeError where the payload of a crossing cannot be read."""
    if kind == CROSSED:
        return TriggerInput(signal_id, kind, occurred_at, CrossingSignal.from_json(payload))
    if kind in MOMENT_SIGNALS:
        seen = {name: value for name, value in payload.items() if name != "moments"}
        moments = tuple(map(str, payload.get("moments") or ()))
        return TriggerInput(signal_id, kind, occurred_at, moments=moments, values=seen)
    values = dict(payload) if kind == SignalKind.PLAY_ASKED else {}
    detail = str(payload.get("note") or "")
    return TriggerInput(signal_id, kind, occurred_at, detail=detail, values=values)


def matching_trigger(*, rule: Rule, inputs: TriggerInput) -> Trigger | None:
    """The first trigger this signal pulls; of several marks of a contract the latest one's. A play
    that asks for another names its playbook."""
    triggers = rule.triggers
    if inputs.kind == SignalKind.PLAY_ASKED:
        return BY_PLAY if inputs.values.get("playbook") == rule.key else None
    if inputs.moments:
        waiting = {trigger.moment.name: trigger for trigger in triggers if trigger.moment}
        return next((waiting[name] for name in inputs.moments if name in waiting), None)
    return next((trigger for trigger in triggers if matches(trigger=trigger, inputs=inputs)), None)


def pulls(rule: Rule, inputs: TriggerInput) -> bool:
    """Whether this signal pulls one of its triggers, whatever the account is."""
    return matching_trigger(rule=rule, inputs=inputs) is not None


def matches(*, trigger: Trigger, inputs: TriggerInput) -> bool:
    """Pulls this signal the trigger? A line is passed once, by the crossing that names it."""
    if trigger.moment is not None:
        return trigger.moment.name in inputs.moments
    if trigger.kind is TriggerKind.SIGNAL:
        return inputs.kind == trigger.signal
    crossing = inputs.crossing
    if crossing is None or crossing.subject != trigger.subject:
        return False
    if crossing.direction is not trigger.direction:
        return False
    if trigger.line is not None:
        return crossing.line == trigger.line.value
    return (
        crossing.line is None
        and (not trigger.sources or crossing.before in trigger.sources)
        and (not trigger.targets or crossing.after in trigger.targets)
    )


def has_recovered(*, recovery: Recovery, score: Decimal | None, band: str) -> bool:
    """An unscored account has not recovered: nobody knows."""
    if score is None:
        return False
    if band in recovery.bands:
        return True
    return recovery.score_at_least is not None and score >= recovery.score_at_least
