"""A play goes on by how its steps end, and past steps that are not on its path."""

import pytest
import yaml

from cs_platform.scheduling import invariants
from playbooks.actions import complete_task, skip_task
from playbooks.engine import advance_plays, start_play
from playbooks.library.definition_reader import read_definition
from playbooks.models import Play, Playbook, Task
from playbooks.pages.account_plays import plays_of
from playbooks.publishing import import_playbook, publish
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW
from tests.pure.test_playbooks_library import SMALLEST

CALL = SMALLEST["steps"][0]
FORK = SMALLEST | {
    "steps": [
        CALL
        | {
            "next": [
                {"to": "thank", "when": ["meeting_booked"]},
                {"to": "end", "when": ["declined"]},
            ]
        },
        CALL | {"key": "write", "channel": "email", "next": [{"to": "end"}]},
        CALL | {"key": "thank", "due": {"hours": 24, "from": "previous_step"}},
    ]
}


@pytest.fixture
def play(house):
    draft = import_playbook(text=yaml.safe_dump(FORK), now=NOW)
    publish(playbook=draft, by=None, now=NOW)
    by = house.people["alice"]
    return start_play(account=house.account(), playbook_key="small", by=by, now=NOW)


def steps():
    return list(Task.objects.order_by("pk").values_list("step__key", "state"))


def ends(outcome):
    task = Task.objects.get(state="open")
    complete_task(task_id=task.pk, outcome=outcome, by=None, now=NOW)
    advance_plays(limit=10, now=NOW)


def test_a_published_version_keeps_its_edges(play):
    stored = Playbook.objects.get(key="small").definition()
    assert stored.steps == read_definition(FORK).steps


def test_a_step_whose_ending_decides_is_waited_for(play):
    advance_plays(limit=10, now=NOW)
    assert steps() == [("call", "open")]


def test_the_edge_of_the_ending_leads_past_a_step_which_is_no_gap(play):
    ends(TaskOutcome.MEETING_BOOKED)

    assert steps() == [("call", "done"), ("thank", "open")]
    looks = [(step.state, str(step.note)) for step in plays_of(play.account)[0].steps]
    assert looks[:2] == [("done", "Meeting booked"), ("skipped", "Not on this path")]
    ends(TaskOutcome.REACHED)
    assert Play.objects.get().outcome == "completed"
    assert "passed_steps_have_a_task" not in {
        each.name for each in invariants.broken(day=NOW.date())
    }


def test_an_edge_to_the_end_ends_the_play(play):
    ends(TaskOutcome.DECLINED)

    assert steps() == [("call", "done")]
    assert Play.objects.get().outcome == "completed"


def test_an_ending_without_an_edge_goes_on_in_order(play):
    skip_task(task_id=Task.objects.get().pk, reason="They wrote first.", by=None, now=NOW)
    advance_plays(limit=10, now=NOW)

    assert steps() == [("call", "skipped"), ("write", "open")]
    ends(TaskOutcome.NO_RESPONSE)
    assert Play.objects.get().outcome == "completed"
