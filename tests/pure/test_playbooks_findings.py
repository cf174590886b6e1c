"""What is wrong with a draft stands at its place in words; advice is no error."""

import re

import pytest

from playbooks.library.definition_reader import examine
from playbooks.library.draft_columns import blank_step
from playbooks.library.findings import Outside, findings
from playbooks.pages.builder.escalations import blank_escalation
from playbooks.pages.builder.triggers import blank_trigger
from playbooks.triggers.kinds import StepKind
from playbooks.triggers.vocabulary import EscalationKind, TriggerKind
from tests.pure.test_playbooks_library import SMALLEST

CALL = SMALLEST["steps"][0]
FELL = {
    "key": "fell",
    "kind": "crossing",
    "to": ["watch"],
    "recovered_when": {"bands": ["healthy"]},
}


OUTSIDE = Outside(endpoints={("slack", "renewals")}, has_product=True)


def found(outside=OUTSIDE, **changes):
    data = SMALLEST | changes
    definition, problems = examine(data, roles=["csm", "manager", "cs_ops", "system"])
    return findings(definition, problems, outside=outside)


def step(key, **said):
    return {k: v for k, v in (CALL | {"key": key} | said).items() if v is not None}


def errors(**changes):
    return [(each.part, each.key, each.message) for each in found(**changes) if each.is_error]


def advice(**changes):
    return [(each.part, each.message) for each in found(**changes) if not each.is_error]


WAIT = {"key": "pause", "kind": "wait", "title": "Wait"}
MAIL = {"key": "letter", "kind": "mail", "title": "Write", "owner": "csm"}
DRAFT = {"subject": "Hello", "body": "Text"}


@pytest.mark.parametrize(
    ("steps", "key", "message"),
    [
        ([step("one", owner="")], "one", "Nobody has it: choose who."),
        ([step("one", title="")], "one", "Give it a title."),
        ([step("one"), WAIT], "pause", "A wait needs an end: say after how long it goes on."),
        (
            [step("one"), MAIL | {"mail": DRAFT}],
            "letter",
            "Say who may be written to: it has no consent rule.",
        ),
        (
            [step("one"), MAIL | {"consent": "given"}],
            "letter",
            "There is nothing to send: write the subject and the text.",
        ),
        (
            [step("one", next=[{"to": "end"}]), step("two")],
            "two",
            "No step leads here: nobody ever reaches it.",
        ),
        (
            [step("one", due={"hours": 4, "from": "previous_step"})],
            "one",
            "The first step has none before it: count from the start.",
        ),
        (
            [step("one"), step("two", next=[{"to": "one"}])],
            "two",
            "Where it goes on: “one” is none of end.",
        ),
        (
            [step("one", owner="jester")],
            "one",
            "Owner: “jester” is none of csm, manager, cs_ops, system.",
        ),
        ([step("one"), {"key": "next", "kind": "start_play", "title": "Go"}], "next",
         "Choose the playbook that it starts."),
    ],
)  # fmt: skip
def test_an_error_stands_at_its_step(steps, key, message):
    assert ("step", key, message) in errors(steps=steps)


def test_what_is_complete_has_no_error():
    assert errors() == []
    assert errors(steps=[step("one"), MAIL | {"mail": DRAFT, "consent": "given"}]) == []


def test_what_is_wrong_beside_the_steps_is_found_too():
    assert ("steps", "", "Add a step: it does nothing yet.") in errors(steps=[])
    assert ("about", "", "Say in a sentence what it does.") in errors(summary="")
    (part, key, says) = errors(triggers=[{"key": "fell", "kind": "crossing"}])[0]
    assert (part, key) == ("trigger", "fell")
    assert says.startswith("Say from or to which band")
    (part, _, says) = errors(conditions={"score_at_least": 50, "score_below": 40})[0]
    assert (part, says) == ("conditions", "Score below: nothing is at least 50 and below 40.")


@pytest.mark.parametrize(
    ("changes", "part", "message"),
    [
        ({"purpose": ""}, "about", "Say what is different once a play has ended well."),
        (
            {"sla_days": None},
            "about",
            "It promises no time to complete: nothing says when a play is late.",
        ),
        (
            {"triggers": [FELL], "cooldown_days": 0},
            "about",
            "Without a cooldown it may start again on the day it ends.",
        ),
        (
            {"triggers": [{**FELL, "recovered_when": {}}]},
            "trigger",
            "Only people end what it starts: say when its reason is gone.",
        ),
        (
            {"steps": [step("one", channel="call")], "escalations": []},
            "about",
            "Nobody is drawn in when the customer does not answer.",
        ),
        (
            {
                "steps": [
                    step("one"),
                    {"key": "out", "kind": "hold_out", "title": "x", "percent": 5},
                ]
            },
            "step",
            "Who is held out has had the steps above: put it first.",
        ),
        (
            {
                "steps": [
                    step("one"),
                    MAIL | {"mail": DRAFT, "consent": "given", "send": "by_itself"},
                ]
            },
            "step",
            "Nobody reads it before it goes.",
        ),
        (
            {"steps": [step("one", due={"hours": 48}), step("two", due={"hours": 24})]},
            "step",
            "It is due before the step above it.",
        ),
        ({"steps": [step("one", success=None)]}, "step", "Say what is true once it went well."),
    ],
)
def test_advice_is_given_and_is_no_error(changes, part, message):
    assert (part, message) in advice(**changes)
    assert errors(**changes) == []


@pytest.mark.parametrize(
    ("kind", "to", "is_there"),
    [
        ("slack", "renewals", True),
        ("slack", "elsewhere", False),
        ("teams", "renewals", False),  # a key of another kind is none
        ("webhook", "renewals", False),
    ],
)
def test_a_step_that_posts_nowhere_is_an_error_at_its_place(kind, to, is_there):
    tell = step("tell", kind=kind, to=to)
    places = [(each.part, each.key, each.field) for each in found(steps=[tell]) if each.is_error]
    assert places == ([] if is_there else [("step", "tell", "to")])


def test_a_message_that_no_product_shows_is_advice():
    news = step("news", kind="in_app", mail=DRAFT)
    assert not [each for each in found(steps=[news]) if "product" in each.message]
    nobody = Outside(endpoints=(), has_product=False)
    (said,) = [each for each in found(outside=nobody, steps=[news]) if "product" in each.message]
    assert (said.part, said.key, said.is_error) == ("step", "news", False)


def test_an_edge_for_an_outcome_that_its_channel_never_has_is_told():
    call = {"key": "call", "channel": "call", "next": [{"to": "end", "when": ["documented"]}]}
    steps = [SMALLEST["steps"][0] | call]
    told = "It never ends as Documented: its channel has other outcomes."
    assert ("step", told) in advice(steps=steps)


BLANK = (
    *((blank_step("new", kind, is_first=False), "steps") for kind in StepKind),
    *((blank_trigger("new", kind), "triggers") for kind in TriggerKind),
    *((blank_escalation("new", kind), "escalations") for kind in EscalationKind),
)


@pytest.mark.parametrize(("blank", "part"), BLANK)
def test_what_was_just_added_says_what_to_do_and_never_the_name_of_a_field(blank, part):
    """Imperatives of the form, not "If: is missing"."""
    items = [*SMALLEST["steps"], blank] if part == "steps" else [blank]
    said = [message for _, _, message in errors(**{part: items})]
    assert len(set(said)) == len(said)
    for message in said:
        assert not re.search(r"is missing|^\w+( \w+)?: |`|_|“”|\?\.", message), message
