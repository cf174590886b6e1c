"""Text or stored JSON in, a checked definition out; every error names the place and what fits."""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from accounts.catalogue import SignalKind
from accounts.named_fields import Fields
from accounts.yaml_text import NotYamlError, parse
from health.measures import MEASURES
from health.scoring import COMPONENT, MEASURE, WHOLE_SCORE
from health.signals import Direction
from playbooks.library.conditions import read_conditions
from playbooks.library.definition import PlaybookDefinition
from playbooks.library.edges import wrong_edges
from playbooks.library.moment_reader import read_moment
from playbooks.library.signals import read_signal, read_signals
from playbooks.library.steps import asked_conditions, read_steps
from playbooks.triggers.kinds import StartPlay, Wait
from playbooks.triggers.rules import Conditions, Escalation, Recovery, Trigger
from playbooks.triggers.time_triggers import (
    AudienceEntry,
    AudienceExit,
    ContractDate,
    ContractMark,
    Repeated,
)
from playbooks.triggers.vocabulary import (
    ASKED_NEXT,
    Category,
    EscalationKind,
    ReviewCadence,
    TriggerKind,
)

SHIPPED = Path(__file__).parent
LONGEST_FILE = 100_000


class RuleParts(TypedDict):
    """What decides when a playbook starts, recovers and draws people in."""

    triggers: tuple[Trigger, ...]
    conditions: Conditions
    escalations: tuple[Escalation, ...]


class PlaybookError(ValueError):
    """What is wrong with a definition, one sentence each in `problems`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def shipped_texts() -> list[str]:
    return [path.read_text("utf-8") for path in sorted(SHIPPED.glob("*.yaml"))]


def read_yaml(text: str, *, roles: Collection[str] | None = None) -> PlaybookDefinition:
    """As `read_definition`. Raises PlaybookError."""
    if len(text) > LONGEST_FILE:
        raise PlaybookError([f"A playbook has at most {LONGEST_FILE} characters."])
    try:
        data = parse(text)
    except NotYamlError as error:
        raise PlaybookError([f"This is not YAML: {error}"]) from error
    return read_definition(data, roles=roles)


def read_definition(data: object, *, roles: Collection[str] | None = None) -> PlaybookDefinition:
    """`roles` are those that may own a step; None, for what was checked before, allows any.

    Raises PlaybookError.
    """
    definition, errors = examine(data, roles=roles)
    if errors:
        raise PlaybookError(errors)
    return definition


def examine(
    data: object, *, roles: Collection[str] | None = None
) -> tuple[PlaybookDefinition, list[str]]:
    """What can be read of it, and what is wrong: a draft that is not complete is shown too."""
    errors: list[str] = []
    fields = Fields(data, place="", errors=errors, document="playbook")
    definition = _read_checked_definition(fields)
    if not fields.has("triggers"):
        fields.wrong("triggers", "is missing: write [] where only people start it")
    fields.refuse_others()
    errors += _repeated_keys("triggers", (trigger.key for trigger in definition.triggers))
    errors += _repeated_keys("escalations", (each.key for each in definition.escalations))
    errors += _repeated_keys("steps", (step.key for step in definition.steps))
    if definition.steps and definition.steps[0].follows:
        errors.append("steps[1].due.from: the first step has no previous step")
    if any(each.key == ASKED_NEXT for each in definition.escalations):
        errors.append(f"escalations: the key “{ASKED_NEXT}” is the platform's own")
    errors += wrong_edges(definition.steps)
    errors += _starting_itself(definition)
    errors += _never_starting(definition)
    if roles is not None:
        errors += _unknown_roles(definition, roles)
    return definition, errors


# Far more than there are playbooks, every version that a play still runs by included.
_KEPT_RULES = 1_000


@lru_cache(maxsize=_KEPT_RULES)
def read_rule(said: str) -> RuleParts:
    """`said` is the JSON of triggers, conditions and escalations that were checked before.

    Read once a process: every tick asks for all playbooks in force, and so does each task that is
    done. Raises PlaybookError.
    """
    errors: list[str] = []
    rule = _read_rule_parts(Fields(json.loads(said), place="", errors=errors))
    if errors:
        raise PlaybookError(errors)
    return rule


def _read_rule_parts(fields: Fields) -> RuleParts:
    return {
        "triggers": fields.parts("triggers", _read_trigger, min_length=0),
        "conditions": read_conditions(fields.part("conditions", {})),
        "escalations": fields.parts("escalations", _read_escalation, min_length=0),
    }


def _starting_itself(definition: PlaybookDefinition) -> list[str]:
    return [
        f"steps[{number}].playbook: a playbook does not start itself; give it a `cadence` trigger"
        for number, step in enumerate(definition.steps, start=1)
        if isinstance(step.action, StartPlay) and step.action.playbook == definition.key
    ]


def _never_starting(definition: PlaybookDefinition) -> list[str]:
    if definition.conditions.also_churned:
        return []
    return [
        f"triggers[{number}].kind: after_churn starts nothing without `also_churned: true` in"
        " `conditions`"
        for number, trigger in enumerate(definition.triggers, start=1)
        if trigger.kind is TriggerKind.AFTER_CHURN
    ]


def _unknown_roles(definition: PlaybookDefinition, roles: Collection[str]) -> list[str]:
    said = {"owner_role": definition.owner_role}
    for number, each in enumerate(definition.escalations, start=1):
        said[f"escalations[{number}].escalate_to"] = each.escalate_to
    for number, step in enumerate(definition.steps, start=1):
        said[f"steps[{number}].owner"] = step.owner_role
    return [
        f"{place}: “{role}” is none of {', '.join(roles)}"
        for place, role in said.items()
        if role and role not in roles
    ]


def _read_checked_definition(fields: Fields) -> PlaybookDefinition:
    key = fields.key()
    return PlaybookDefinition(
        key=key,
        name=fields.text("name", max_length=80),
        summary=fields.text("summary", max_length=500),
        purpose=fields.text("purpose", max_length=300, default=""),
        sla_days=fields.number("sla_days", lowest=1, highest=730, default=None),
        category=fields.word("category", Category),
        family=fields.text("family", max_length=40, default=key),
        severity=fields.whole("severity", lowest=0, highest=100, default=0),
        owner_role=fields.key("owner_role"),
        review_cadence=fields.word("review", ReviewCadence),
        cooldown_days=fields.whole("cooldown_days", lowest=0, highest=730),
        cap_per_csm_day=fields.number("cap_per_csm_day", lowest=1, highest=1000, default=None),
        **_read_rule_parts(fields),
        steps=read_steps(fields),
        success=fields.texts("success"),
    )


def _read_trigger(fields: Fields) -> Trigger:
    kind = fields.word("kind", TriggerKind)
    trigger = Trigger(
        key=fields.key(),
        kind=kind,
        signal=read_signal(fields) if kind is TriggerKind.SIGNAL else "",
        subject=_read_subject(fields),
        direction=fields.word("direction", Direction, Direction.DOWN),
        sources=fields.texts("from"),
        targets=fields.texts("to"),
        score=fields.score("score"),
        value=fields.amount("value"),
        recovery=_read_recovery(fields.part("recovered_when", {})),
        moment=read_moment(fields, kind),
    )
    _check_line(fields, trigger)
    _check_contract(fields, trigger)
    _check_return(fields, trigger)
    _check_audience(fields, trigger)
    if kind is TriggerKind.CROSSING and not (trigger.sources or trigger.targets):
        fields.wrong("to", "is missing: a crossing goes from or to at least one band")
    return trigger


def _read_subject(fields: Fields) -> str:
    """The score, a component by its key in a scorecard, or a measure of the catalogue."""
    subject = fields.text("subject", max_length=160, default=WHOLE_SCORE)
    kind, _, key = subject.partition(":")
    if subject.startswith(MEASURE) and key not in MEASURES:
        fields.wrong("subject", MEASURES.problem(key))
    if subject != WHOLE_SCORE and (not key or f"{kind}:" not in (COMPONENT, MEASURE)):
        fields.wrong("subject", f"“{subject}”: write score, component:<key> or measure:<key>")
    return f"{MEASURE}{MEASURES.spelled(key)}" if subject.startswith(MEASURE) else subject


def _check_line(fields: Fields, trigger: Trigger) -> None:
    """What passes a line says which; nothing else does."""
    for kind, name in ((TriggerKind.SCORE_BELOW, "score"), (TriggerKind.VALUE_PASSES, "value")):
        if trigger.kind is kind and not fields.has(name):
            fields.wrong(name, "is missing: past which value?")
        if trigger.kind is not kind and fields.has(name):
            fields.wrong(name, f"is for {kind}, not for {trigger.kind}")
    if trigger.kind is TriggerKind.SCORE_BELOW and trigger.direction is not Direction.DOWN:
        fields.wrong("direction", "below is down: write value_passes for what rises")
    if trigger.subject.startswith(MEASURE) and trigger.kind is not TriggerKind.VALUE_PASSES:
        fields.wrong("kind", "a measure has no bands and no score: write value_passes")


def _check_contract(fields: Fields, trigger: Trigger) -> None:
    """A contract is decided about once its decision lies ahead."""
    mark = trigger.moment
    is_ahead = isinstance(mark, ContractMark) and mark.date is not ContractDate.START
    for name in ("contract_decided", "contract_lost"):
        if getattr(trigger.recovery, name) and not is_ahead:
            fields.wrong(
                f"recovered_when.{name}",
                "is for contract_date with the decision or the end: nothing else names a contract",
            )


def _check_return(fields: Fields, trigger: Trigger) -> None:
    """Only who left comes back."""
    if trigger.recovery.came_back and trigger.kind is not TriggerKind.AFTER_CHURN:
        fields.wrong("recovered_when.came_back", "is for after_churn: nobody else has left")


def _check_audience(fields: Fields, trigger: Trigger) -> None:
    """Only who has entered one leaves it."""
    if trigger.recovery.left_audience and trigger.kind is not TriggerKind.AUDIENCE_ENTERED:
        fields.wrong(
            "recovered_when.left_audience",
            "is for audience_entered: nothing else names an audience",
        )


def _read_recovery(fields: Fields) -> Recovery:
    recovery = Recovery(
        bands=fields.texts("bands"),
        score_at_least=fields.score("score_at_least"),
        signals=read_signals(fields),
        contract_decided=fields.flag("contract_decided"),
        contract_lost=fields.flag("contract_lost"),
        used_again=fields.flag("used_again"),
        came_back=fields.flag("came_back"),
        left_audience=fields.flag("left_audience"),
    )
    fields.refuse_others()
    return recovery


def _read_escalation(fields: Fields) -> Escalation:
    kind = fields.word("when", EscalationKind)
    escalation = Escalation(
        key=fields.key(),
        kind=kind,
        escalate_to=fields.key("escalate_to"),
        title=fields.text("title", max_length=160),
        guidance=fields.text("guidance", max_length=2000),
        business_days=fields.whole("business_days", lowest=0, highest=60, default=0),
        score=fields.score("score"),
        signals=read_signals(fields),
        count=fields.whole("count", lowest=1, highest=20, default=1),
        within_days=fields.whole("within_days", lowest=1, highest=365, default=30),
        keeps_open=fields.flag("keeps_open"),
        hands_over=fields.flag("hands_over"),
    )
    if escalation.keeps_open and escalation.hands_over:
        fields.wrong("hands_over", "ends the play, which `keeps_open` keeps open: choose one")
    needs = {
        EscalationKind.NO_RESPONSE: ("business_days", escalation.business_days > 0),
        EscalationKind.SCORE_BELOW: ("score", escalation.score is not None),
        EscalationKind.SIGNALS: ("signals", bool(escalation.signals)),
    }
    name, is_there = needs[kind]
    if not is_there:
        fields.wrong(name, f"is missing: “{kind}” needs it")
    return escalation


def event_kinds(definition: PlaybookDefinition) -> set[str]:
    """Kinds of business events that it waits for."""
    signals = {trigger.signal for trigger in definition.triggers}
    moments = (trigger.moment for trigger in definition.triggers)
    signals.update(
        f"{SignalKind.BUSINESS_EVENT}.{each.event}"
        for each in moments
        if isinstance(each, Repeated)
    )
    signals.update(signal for each in definition.escalations for signal in each.signals)
    waits = (step.action for step in definition.steps if isinstance(step.action, Wait))
    signals.update(signal for wait in waits for signal in wait.signals)
    events = f"{SignalKind.BUSINESS_EVENT}."
    asked = asked_conditions(definition)
    return {kind for each in asked for kind in each.events | each.without_events} | {
        signal.removeprefix(events) for signal in signals if signal.startswith(events)
    }


def asked_audiences(definition: PlaybookDefinition) -> set[str]:
    """Keys of audiences that it names: in what starts it, whom it is for, waits and branches."""
    asked = {*definition.conditions.audiences}
    for trigger in definition.triggers:
        if isinstance(trigger.moment, AudienceEntry | AudienceExit):
            asked.add(trigger.moment.audience)
    for conditions in asked_conditions(definition):
        asked |= conditions.audiences
    return asked


def _repeated_keys(place: str, keys: Iterable[str]) -> list[str]:
    return [
        f"{place}: the key “{key}” is used {times} times"
        for key, times in Counter(keys).items()
        if times > 1 and key
    ]
