"""What is wrong with a draft, and what would be better, each at the place where it is put right.

Pure. An error stops publication; advice does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from playbooks.due_dates import Anchor
from playbooks.library.definition import PlaybookDefinition, StepDefinition
from playbooks.library.mail import gaps
from playbooks.triggers.kinds import Mail, PostTo, Sending, StepKind, endings_of_task
from playbooks.triggers.vocabulary import ANSWERED_CHANNELS, EscalationKind, label

_PROBLEM = re.compile(
    r"(?P<place>[a-z_]+)(?:\[(?P<number>\d+)\])?\.?(?P<field>[^:]*): (?P<says>.*)", re.S
)
_PARTS = {"steps": "step", "triggers": "trigger", "escalations": "escalation"}
# What authors of YAML read names fields; whoever fills in a form reads what to do.
_WORDS = {
    ("step", "lasts"): "A wait needs an end: say after how long it goes on.",
    ("step", "owner"): "Nobody has it: choose who.",
    ("step", "title"): "Give it a title.",
    ("step", "purpose"): "Say what is different once it is done.",
    ("step", "guidance"): "Say how it is done.",
    ("step", "mail"): "There is nothing to send: write the subject and the text.",
    ("step", "playbook"): "Choose the playbook that it starts.",
    ("step", "survey"): "Say which survey.",
    ("step", "if"): "Say what it asks of the account.",
    ("step", "set"): "Say what it changes: the stage or a tag.",
    ("step", "percent"): "Say how many of a hundred accounts are left alone.",
    ("step", "to"): "Choose where it is posted.",
    ("step", "consent"): "Say who may be written to: it has no consent rule.",
    ("step", "due.from"): "The first step has none before it: count from the start.",
    ("trigger", "to"): "Say from or to which band: a crossing names at least one.",
    ("trigger", "score"): "Say below which score.",
    ("trigger", "value"): "Say past which value.",
    ("trigger", "signal"): "Choose what has to happen.",
    ("trigger", "days"): "Say how many days.",
    ("trigger", "points"): "Say by how many points the score falls.",
    ("trigger", "within_days"): "Say within how many days.",
    ("trigger", "every_months"): "Say every how many months.",
    ("trigger", "months"): "Say how many months after they left.",
    ("trigger", "event"): "Choose what happens again and again.",
    ("trigger", "times"): "Say how many times.",
    ("trigger", "audience"): "Choose the audience.",
    ("escalation", "escalate_to"): "Nobody is drawn in yet: choose who.",
    ("escalation", "title"): "Give the task a title.",
    ("escalation", "guidance"): "Say what they should do.",
    ("escalation", "business_days"): "Say after how many business days without an answer.",
    ("escalation", "score"): "Say below which score.",
    ("escalation", "signals"): "Choose what has to happen.",
    ("about", "summary"): "Say in a sentence what it does.",
    ("steps", ""): "Add a step: it does nothing yet.",
}
_ADDS = ("is missing", "write a text, not nothing", "at least 1 is needed", "give one of")


@dataclass(frozen=True, slots=True)
class Finding:
    """`part`: step, trigger, escalation, conditions, steps or about; `key` of the step, trigger or
    escalation it is about; `field` as in YAML."""

    part: str
    key: str
    field: str
    message: str
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class Outside:
    """What steps reach beyond the platform: open endpoints by kind and key, and whether a product
    shows messages."""

    endpoints: Collection[tuple[str, str]]
    has_product: bool


def findings(
    definition: PlaybookDefinition, problems: Iterable[str], *, outside: Outside
) -> list[Finding]:
    """`problems` as `examine` said them, and what else stops publication; then the advice."""
    found = [
        *(located(problem, definition) for problem in problems),
        *unready(definition, outside=outside),
        *advice(definition, outside=outside),
    ]
    return list(dict.fromkeys(found))  # two problems may ask for the same


def located(problem: str, definition: PlaybookDefinition) -> Finding:
    """("steps[2].lasts: is missing …" is about the second step)"""
    found = _PROBLEM.fullmatch(problem)
    if found is None:
        return Finding("about", "", "", problem)
    place, field, says = found["place"], found["field"], found["says"]
    if place == "conditions":
        return Finding(place, "", field, _problem_sentence(place, field, says))
    part = _PARTS.get(place)
    if part is None:
        return Finding("about", "", place, _problem_sentence("about", place, says))
    if found["number"] is None:
        return Finding(place, "", field, _problem_sentence(place, field, says))
    key = getattr(definition, place)[int(found["number"]) - 1].key
    return Finding(part, key, field, _problem_sentence(part, field, says))


def _problem_sentence(part: str, field: str, says: str) -> str:
    if says.startswith("after_churn starts nothing without"):
        return (
            "It is about those that have left: tick “Those that have left too” among the accounts."
        )
    if says.startswith("no step leads to"):
        return "No step leads here: nobody ever reaches it."
    is_empty = says.startswith(_ADDS) or (part, field) == ("step", "due.from")
    if is_empty and (part, field) in _WORDS:
        return _WORDS[part, field]
    if field.startswith("next"):
        return f"Where it goes on: {says}."
    name = field.rpartition(".")[2].replace("_", " ")
    ends = "" if says.endswith(("?", ".")) else "."
    whole = f"{name}: {says}{ends}" if name else f"{says}{ends}"
    return f"{whole[:1].upper()}{whole[1:]}"


def unready(definition: PlaybookDefinition, *, outside: Outside) -> Iterator[Finding]:
    """What may be read, as in versions of before it was asked, but is not published any more."""
    for step in definition.steps:
        if isinstance(step.action, Mail) and step.action.consent is None:
            yield Finding("step", step.key, "consent", _WORDS["step", "consent"])
        for gap in gaps(step.mail) if step.is_told_by_itself else ():
            says = f"Nobody reads it before it goes: write what “{gap}” stands for."
            yield Finding("step", step.key, "mail", says)
        if isinstance(step.action, PostTo):
            place = (step.kind.value, step.action.endpoint)
            if step.action.endpoint and place not in outside.endpoints:
                yield Finding("step", step.key, "to", _missing_endpoint_sentence(*place))


def _missing_endpoint_sentence(kind: str, endpoint: str) -> str:
    return (
        f"There is no open {label(kind)} endpoint “{endpoint}”: choose another, or let CS ops"
        " add or open it in Admin."
    )


def advice(definition: PlaybookDefinition, *, outside: Outside) -> Iterator[Finding]:
    yield from _advice_on_playbook(definition)
    for trigger in definition.triggers:
        if not trigger.recovery:
            yield _advice_finding(
                "trigger",
                trigger.key,
                "Only people end what it starts: say when its reason is gone.",
            )
    for place, step in enumerate(definition.steps):
        for says in _about_step(definition, place, step):
            yield _advice_finding("step", step.key, says)
        if step.kind is StepKind.IN_APP and not outside.has_product:
            yield _advice_finding(
                "step", step.key, "Nobody sees it yet: CS ops add your product under In-app."
            )


def _advice_on_playbook(definition: PlaybookDefinition) -> Iterator[Finding]:
    if not definition.purpose:
        yield _advice_finding("about", "", "Say what is different once a play has ended well.")
    if definition.is_sequence and definition.cap_per_csm_day is not None:
        yield _advice_finding(
            "about", "", "It runs by itself and takes no CSM's time: no cap holds it."
        )
    if definition.sla_days is None:
        yield _advice_finding(
            "about", "", "It promises no time to complete: nothing says when a play is late."
        )
    if definition.triggers and not definition.cooldown_days:
        yield _advice_finding(
            "about", "", "Without a cooldown it may start again on the day it ends."
        )
    asks = [step for step in definition.steps if _is_outreach(step)]
    kinds = {each.kind for each in definition.escalations}
    if asks and EscalationKind.NO_RESPONSE not in kinds:
        yield _advice_finding("about", "", "Nobody is drawn in when the customer does not answer.")


def _is_outreach(step: StepDefinition) -> bool:
    return step.kind is StepKind.TASK and step.channel in ANSWERED_CHANNELS


def _about_step(definition: PlaybookDefinition, place: int, step: StepDefinition) -> Iterator[str]:
    if step.kind is StepKind.TASK and not step.success:
        yield "Say what is true once it went well."
    if step.kind is StepKind.TASK:
        yield from _never_so(step)
    if step.kind is StepKind.HOLD_OUT and place:
        yield "Who is held out has had the steps above: put it first."
    if isinstance(step.action, Mail) and step.action.sending is Sending.BY_ITSELF:
        yield "Nobody reads it before it goes."
    if place and _is_due_before(step, definition.steps[place - 1]):
        yield "It is due before the step above it."


def _never_so(step: StepDefinition) -> Iterator[str]:
    """Edges for outcomes that a task of its channel never has."""
    fitting = endings_of_task(owner=step.owner_role, channel=step.channel)
    never = sorted({each for edge in step.edges for each in edge.when} - set(fitting))
    if never:
        yield f"It never ends as {' or '.join(map(label, never))}: its channel has other outcomes."


def _is_due_before(step: StepDefinition, above: StepDefinition) -> bool:
    """Only of those that count alike: where paths part, nothing is said."""
    are_alike = step.due.unit is above.due.unit and step.due.anchor is above.due.anchor
    return (
        are_alike
        and step.due.anchor is not Anchor.PREVIOUS_STEP
        and step.due.amount < above.due.amount
    )


def _advice_finding(part: str, key: str, says: str) -> Finding:
    return Finding(part, key, "", says, is_error=False)
