"""Kinds of steps: what their YAML says, where they lead, how long they wait, whom they hold out."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.calendar import BusinessCalendar
from playbooks.due_dates import Anchor, Offset, Unit, wait_ends
from playbooks.library.definition_reader import PlaybookError, read_definition
from playbooks.library.steps import as_step_columns
from playbooks.triggers.kinds import ENDINGS_OF, StepKind, is_held_out
from playbooks.triggers.path import Edge, Finish, Node, next_index, successors, walk
from playbooks.triggers.vocabulary import OwnerRole
from tests.pure.test_playbooks_library import SMALLEST

CALL = SMALLEST["steps"][0]
KINDS = {
    "wait": {"lasts": {"business_days": 5}, "until": {"bands": ["healthy"]}},
    "branch": {"if": {"arr_at_least": "50000"}},
    "change_field": {"set": {"stage": "adoption"}},
    "assign": {"owner": "save_team"},
    "notify": {"owner": "manager"},
    "mail": {
        "owner": "csm",
        "mail": {"subject": "Hello", "body": "Text"},
        "send": "by_itself",
        "consent": "given",
    },
    "start_play": {"playbook": "other"},
    "hold_out": {"percent": 10},
    "survey": {"survey": "nps"},
    "in_app": {"mail": {"subject": "New", "body": "Text"}},
    "slack": {"to": "renewals"},
    "teams": {"to": "renewals"},
    "webhook": {"to": "crm"},
}


def reading(**said):
    step = {"key": "it", "title": "It"} | said
    return read_definition(SMALLEST | {"steps": [step, CALL]})


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reads_back_as_it_was_written(kind):
    definition = reading(kind=kind, **KINDS[kind])
    (columns, _) = as_step_columns(definition)
    assert columns["kind"] == kind
    again = {"key": "it", "title": "It", "kind": kind, "owner": columns["owner_role"]}
    if columns["mail_body"]:
        again["mail"] = {"subject": columns["mail_subject"], "body": columns["mail_body"]}
    again |= columns["action"] | {"due": {"hours": 0, "from": columns["due_from"]}}
    assert reading(**again) == definition


def test_every_kind_is_tried_here():
    assert set(KINDS) == set(StepKind) - {StepKind.TASK} == set(ENDINGS_OF) - {StepKind.TASK}


def test_what_is_no_task_begins_when_the_step_before_has_ended():
    pause = {"key": "it", "title": "It", "kind": "wait", "lasts": {"hours": 1}}
    first, _, last = read_definition(
        SMALLEST | {"steps": [pause, CALL, pause | {"key": "more"}]}
    ).steps
    assert (first.due.anchor, last.due.anchor) == (Anchor.START, Anchor.PREVIOUS_STEP)
    assert first.owner_role == OwnerRole.SYSTEM


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"kind": "wait"}, "steps[1].lasts: is missing: a wait ends after a time"),
        ({"kind": "wait", "until": {"bands": ["healthy"]}}, "steps[1].lasts: is missing"),
        ({"kind": "wait", "lasts": {}}, "steps[1].lasts: give one of hours"),
        ({"kind": "branch"}, "steps[1].if: is missing"),
        ({"kind": "branch", "if": {"arr": 5}}, "steps[1].if.arr: is no field of this part"),
        ({"kind": "change_field", "set": {"owner": "x"}}, "steps[1].set: give one of stage"),
        ({"kind": "change_field", "set": {"stage": "moon"}}, "steps[1].set.stage: “moon” is none"),
        ({"kind": "assign"}, "steps[1].owner: is missing"),
        ({"kind": "notify"}, "steps[1].owner: is missing"),
        ({"kind": "start_play"}, "steps[1].playbook: is missing"),
        ({"kind": "start_play", "playbook": "small"}, "steps[1].playbook: a playbook does not"),
        ({"kind": "hold_out", "percent": 51}, "steps[1].percent: a whole number from 1 to 50"),
        ({"kind": "survey"}, "steps[1].survey: is missing"),
        ({"kind": "email"}, "steps[1].kind: “email” is none of task, wait"),
        (
            {
                "kind": "branch",
                "if": {"tags": ["a"]},
                "next": [{"to": "end", "when": ["declined"]}],
            },
            "steps[1].next[1].when: “declined” is none of fits, other",
        ),
    ],
)
def test_a_wrong_step_says_where_and_what(said, problem):
    with pytest.raises(PlaybookError) as raised:
        reading(**said)
    assert any(each.startswith(problem) for each in raised.value.problems), raised.value.problems


FORK = [
    Node("large", (Edge("visit", ("fits",)), Edge("write", ("other",))), StepKind.BRANCH),
    Node("never"),
    Node("visit", (Edge("end"),)),
    Node("write"),
]


def test_a_branch_whose_both_ways_lead_elsewhere_never_goes_on_in_order():
    assert successors(FORK, 0) == {2, 3}


def test_who_is_held_out_is_at_the_end_and_the_others_go_on():
    held = [Node("share", kind=StepKind.HOLD_OUT), Node("call")]
    now = datetime(2025, 3, 14, tzinfo=UTC)
    assert next_index(held, after=0, finish=Finish(now, "held_out")) == 2
    assert next_index(held, after=0, finish=Finish(now, "treated")) == 1
    assert successors(held, 0) == {1, 2}


def test_a_walk_stops_at_what_the_platform_does_until_it_is_done():
    now = datetime(2025, 3, 14, tzinfo=UTC)

    def go(came_from, begins, finished):
        return walk(
            FORK,
            begins=begins,
            came_from=came_from,
            finished=finished,
            opens_at=lambda index, previous: now,
            ends_itself=lambda index: None,
            now=now,
        )

    assert go(None, 0, {}).opened == (0,)
    assert go(0, 1, {0: Finish(now, "fits")}).opened == (2,)
    assert go(0, 1, {0: Finish(now, "other")}).opened == (3,)


PARIS = ZoneInfo("Europe/Paris")
# Ascension Day is a Thursday.
CALENDAR = BusinessCalendar(PARIS, holidays=frozenset({date(2025, 5, 29)}))


@pytest.mark.parametrize(
    ("start", "amount", "unit", "ends"),
    [
        # A Friday at four: a working day is Monday at four, three calendar days too.
        ((3, 14, 16), 1, Unit.BUSINESS_DAYS, (3, 17, 16)),
        ((3, 14, 16), 1, Unit.CALENDAR_DAYS, (3, 17, 16)),
        ((3, 14, 16), 3, Unit.CALENDAR_DAYS, (3, 17, 16)),
        ((3, 14, 16), 4, Unit.CALENDAR_DAYS, (3, 18, 16)),
        ((3, 14, 16), 48, Unit.HOURS, (3, 18, 16)),
        # From a Saturday it counts as from the opening of Monday.
        ((3, 15, 11), 1, Unit.BUSINESS_DAYS, (3, 18, 9)),
        # The clocks change on the 30th of March; the wall's do not care.
        ((3, 28, 16), 1, Unit.BUSINESS_DAYS, (3, 31, 16)),
        ((5, 28, 11), 1, Unit.BUSINESS_DAYS, (5, 30, 11)),
        ((3, 14, 16), 0, Unit.HOURS, (3, 14, 16)),
    ],
)
def test_a_wait_ends_at_the_clock_time_at_which_it_began(start, amount, unit, ends):
    found = wait_ends(
        start=datetime(2025, *start, tzinfo=PARIS), lasts=Offset(amount, unit), calendar=CALENDAR
    )
    assert found == datetime(2025, *ends, tzinfo=PARIS)


def test_about_the_share_that_was_asked_for_is_held_out_and_always_the_same():
    ids = range(1, 10_001)
    out = {i for i in ids if is_held_out(playbook="renewal", account_id=i, percent=10)}
    # 1,000 expected, standard deviation 30: five of them on each side.
    assert 850 <= len(out) <= 1150
    assert out == {i for i in ids if is_held_out(playbook="renewal", account_id=i, percent=10)}
    more = {i for i in ids if is_held_out(playbook="renewal", account_id=i, percent=20)}
    assert out < more
    other = {i for i in ids if is_held_out(playbook="other", account_id=i, percent=10)}
    # Independent: about a tenth of a tenth is held out of both.
    assert 50 <= len(out & other) <= 150
