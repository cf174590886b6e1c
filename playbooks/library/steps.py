"""Steps as their author writes them, and as table columns, which read back to the same steps."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from accounts.catalogue import AccountField, LifecycleStage
from accounts.named_fields import Fields, filled
from playbooks.due_dates import Anchor, Offset, Unit
from playbooks.library.conditions import read_conditions, write_conditions
from playbooks.library.definition import PlaybookDefinition, StepDefinition
from playbooks.library.mail import read_mail
from playbooks.library.signals import read_signals
from playbooks.triggers.kinds import (
    ENDINGS_OF,
    Action,
    AskSurvey,
    Branch,
    ChangeField,
    Consent,
    HoldOut,
    Mail,
    PostTo,
    Sending,
    StartPlay,
    StepKind,
    Wait,
)
from playbooks.triggers.path import Edge
from playbooks.triggers.rules import Conditions
from playbooks.triggers.vocabulary import Channel, OwnerRole

_AT_ONCE = Offset(0, Unit.HOURS, Anchor.PREVIOUS_STEP)
# Steps about a person or a role say which; the others are the platform's own.
OWNED = (StepKind.TASK, StepKind.ASSIGN, StepKind.NOTIFY, StepKind.MAIL)
_MOST_HELD_OUT = 50
_LONGEST_TAG = 40


def read_steps(fields: Fields) -> tuple[StepDefinition, ...]:
    """What comes first and is no task begins with the play."""
    steps = fields.parts("steps", _read_step, min_length=1)
    if steps and steps[0].kind is not StepKind.TASK and steps[0].due == _AT_ONCE:
        return (replace(steps[0], due=replace(_AT_ONCE, anchor=Anchor.START)), *steps[1:])
    return steps


def as_step_columns(definition: PlaybookDefinition) -> list[dict[str, Any]]:
    return [
        _step_columns(position, step) for position, step in enumerate(definition.steps, start=1)
    ]


def asked_plays(definition: PlaybookDefinition) -> set[str]:
    """Keys of the playbooks that its steps start."""
    actions = [step.action for step in definition.steps]
    return {action.playbook for action in actions if isinstance(action, StartPlay)}


def asked_conditions(definition: PlaybookDefinition) -> list[Conditions]:
    """Of its branches and waits."""
    found = []
    for step in definition.steps:
        match step.action:
            case Branch(condition=condition):
                found.append(condition)
            case Wait(until=Conditions() as until):
                found.append(until)
    return found


def asked_features(definition: PlaybookDefinition) -> set[str]:
    asked = asked_conditions(definition)
    return {key for each in asked for key in each.used_features | each.unused_features}


def _read_step(fields: Fields) -> StepDefinition:
    kind = fields.word("kind", StepKind, StepKind.TASK)
    is_task = kind is StepKind.TASK
    default = None if is_task else ""
    is_timed = is_task or fields.has("due")
    return StepDefinition(
        key=fields.key(),
        title=fields.text("title", max_length=160),
        purpose=fields.text("purpose", max_length=300, default=default),
        guidance=fields.text("guidance", max_length=2000, default=default),
        owner_role=_read_owner(fields, kind),
        channel=fields.word("channel", Channel, None if is_task else Channel.INTERNAL),
        due=_read_offset(fields.part("due")) if is_timed else _AT_ONCE,
        notice_days=fields.number("notice_days", lowest=0, highest=60, default=None),
        kind=kind,
        edges=fields.parts("next", lambda edge: _read_edge(edge, kind), min_length=0),
        action=_read_kind_action(fields, kind),
        prepare=fields.texts("prepare"),
        ask=fields.texts("ask"),
        success=fields.text("success", max_length=300, default=""),
        mail=read_mail(fields),
    )


def _read_owner(fields: Fields, kind: StepKind) -> str:
    if kind not in OWNED and not fields.has("owner"):
        return OwnerRole.SYSTEM.value
    return fields.key("owner")


def _read_kind_action(fields: Fields, kind: StepKind) -> Action | None:
    read = _READS.get(kind)
    return read(fields) if read else None


def _read_wait(fields: Fields) -> Wait:
    until = read_conditions(fields.part("until"), in_play=True) if fields.has("until") else None
    return Wait(_read_wait_length(fields), until, read_signals(fields, "until_signal"))


def _post_to(fields: Fields) -> PostTo:
    return PostTo(fields.key("to"))


def _read_mail(fields: Fields) -> Mail:
    _asked_draft(fields)
    consent = fields.word("consent", Consent) if fields.has("consent") else None
    sending = fields.word("send", Sending, Sending.AFTER_APPROVAL)
    return Mail(sending, consent, is_urgent=fields.flag("urgent"))


def _asked_draft(fields: Fields) -> None:
    if not fields.has("mail"):
        fields.wrong("mail", "is missing: give the subject and the body of what is sent")


def _read_wait_length(fields: Fields) -> Offset:
    if not fields.has("lasts"):
        fields.wrong(
            "lasts", "is missing: a wait ends after a time, also where `until` may end it before"
        )
        return Offset(0, Unit.HOURS)
    return _read_offset(fields.part("lasts"), is_anchored=False)


def _read_field_change(fields: Fields) -> ChangeField:
    named = [each for each in AccountField if fields.has(each.value)]
    if len(named) != 1:
        fields.wrong("", f"give one of {', '.join(AccountField)}")
        return ChangeField(AccountField.STAGE, "")
    if named[0] is AccountField.STAGE:
        value = fields.word("stage", LifecycleStage).value
    else:
        value = fields.text(named[0], max_length=_LONGEST_TAG)
    fields.refuse_others()
    return ChangeField(named[0], value)


_READS: Mapping[StepKind, Callable[[Fields], Action | None]] = {
    StepKind.WAIT: _read_wait,
    StepKind.BRANCH: lambda fields: Branch(read_conditions(fields.part("if"), in_play=True)),
    StepKind.CHANGE_FIELD: lambda fields: _read_field_change(fields.part("set")),
    StepKind.MAIL: _read_mail,
    StepKind.START_PLAY: lambda fields: StartPlay(fields.key("playbook")),
    StepKind.HOLD_OUT: lambda fields: HoldOut(
        fields.whole("percent", lowest=1, highest=_MOST_HELD_OUT)
    ),
    StepKind.SURVEY: lambda fields: AskSurvey(fields.key("survey")),
    StepKind.IN_APP: lambda fields: _asked_draft(fields),
    StepKind.SLACK: _post_to,
    StepKind.TEAMS: _post_to,
    StepKind.WEBHOOK: _post_to,
}


def _read_edge(fields: Fields, kind: StepKind) -> Edge:
    return Edge(to=fields.key("to"), when=fields.texts("when", ENDINGS_OF[kind]))


def _read_offset(fields: Fields, *, is_anchored: bool = True) -> Offset:
    named = [unit for unit in Unit if fields.has(unit.value)]
    anchor = fields.word("from", Anchor, Anchor.START) if is_anchored else Anchor.START
    if len(named) != 1:
        fields.wrong("", f"give one of {', '.join(unit.value for unit in Unit)}")
        return Offset(0, Unit.HOURS)
    lowest = -365 if anchor.is_ahead else 0
    amount = fields.whole(named[0].value, lowest=lowest, highest=1000)
    fields.refuse_others()
    return Offset(amount, named[0], anchor)


def _step_columns(position: int, step: StepDefinition) -> dict[str, Any]:
    return {
        "position": position,
        "key": step.key,
        "title": step.title,
        "purpose": step.purpose,
        "guidance": step.guidance,
        "owner_role": step.owner_role,
        "channel": step.channel.value,
        "due_amount": step.due.amount,
        "due_unit": step.due.unit.value,
        "due_from": step.due.anchor.value,
        "notice_days": step.notice_days,
        "kind": step.kind.value,
        "edges": [_written_edge(edge) for edge in step.edges],
        "action": written_action(step.action),
        "prepare": list(step.prepare),
        "ask": list(step.ask),
        "success": step.success,
        "mail_subject": step.mail.subject if step.mail else "",
        "mail_body": step.mail.body if step.mail else "",
    }


def _written_edge(edge: Edge) -> dict[str, Any]:
    return {"to": edge.to} | ({"when": list(edge.when)} if edge.when else {})


def written_action(action: Action | None) -> dict[str, Any]:
    """The fields that a kind adds to a step, as its author writes them."""
    match action:
        case Wait():
            return _written_wait(action)
        case Branch(condition=condition):
            return {"if": write_conditions(condition)}
        case ChangeField(field=field, value=value):
            return {"set": {field.value: value}}
        case Mail():
            return _written_mail(action)
        case StartPlay(playbook=playbook):
            return {"playbook": playbook}
        case HoldOut(percent=percent):
            return {"percent": percent}
        case AskSurvey(survey=key) | PostTo(endpoint=key):
            return {"to" if isinstance(action, PostTo) else "survey": key}
        case _:
            return {}


def _written_mail(mail: Mail) -> dict[str, Any]:
    said = {"send": mail.sending.value, "urgent": mail.is_urgent or None}
    return filled(said | {"consent": mail.consent.value if mail.consent else None})


def _written_wait(wait: Wait) -> dict[str, Any]:
    told: dict[str, Any] = {"lasts": {wait.lasts.unit.value: wait.lasts.amount}}
    if wait.until is not None:
        told["until"] = write_conditions(wait.until)
    if wait.signals:
        told["until_signal"] = list(wait.signals)
    return told


def read_action(*, kind: StepKind, data: dict[str, Any]) -> Action | None:
    """Of what is stored, which was checked when it was written."""
    return _read_kind_action(Fields(data, place="", errors=[]), kind)
