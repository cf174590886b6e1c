"""Taking back, within the minute, what a person did with a task."""

from datetime import timedelta

import pytest

from playbooks.actions import UndoOverError, complete_task, skip_task, snooze_task, undo_task
from playbooks.engine import advance_plays, fire_signals
from playbooks.models import Play, Task
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW
from tests.playbooks.test_edges import play as play_with_edges

fork = play_with_edges
SOON = NOW + timedelta(seconds=59)


@pytest.fixture
def task(house):
    """The one task of a play."""
    house.falls(house.account(), "watch")
    fire_signals(limit=10, now=NOW)
    return Task.objects.get()


def finish(task, alice, outcome=TaskOutcome.REACHED):
    return complete_task(task_id=task.pk, outcome=outcome, by=alice, now=NOW, note="Spoke.")


def test_a_task_taken_back_is_as_it_was_and_its_play_goes_on(house, task):
    alice = house.people["alice"]
    before = Task.objects.values().get()
    finish(task, alice)

    undo_task(task_id=task.pk, by=alice, now=SOON)

    assert Task.objects.values().get() == before
    assert Play.objects.get().state == "open"


def test_what_ended_by_the_last_task_is_open_again(house, task):
    alice = house.people["alice"]
    Play.objects.update(next_position=None, next_step_at=None)
    finish(task, alice)
    assert Play.objects.get().outcome == "completed"

    undo_task(task_id=task.pk, by=alice, now=SOON)

    play = Play.objects.get()
    assert (play.state, play.outcome, play.closed_at) == ("open", None, None)


def test_skipped_and_snoozed_come_back_too(house, task):
    alice = house.people["alice"]
    skip_task(task_id=task.pk, reason="Not needed.", by=alice, now=NOW)
    assert undo_task(task_id=task.pk, by=alice, now=SOON).state == "open"
    snooze_task(task_id=task.pk, until=NOW + timedelta(days=9), now=NOW)
    back = undo_task(task_id=task.pk, by=alice, now=SOON)
    assert (back.state, back.snoozed_until) == ("open", None)


def test_a_step_that_waited_opens_only_when_it_can_no_longer_be_taken_back(house, fork):
    alice = house.people["alice"]
    call = Task.objects.get()
    complete_task(task_id=call.pk, outcome=TaskOutcome.MEETING_BOOKED, by=alice, now=NOW)
    advance_plays(limit=10, now=SOON)
    assert Task.objects.count() == 1
    undo_task(task_id=call.pk, by=alice, now=SOON)
    advance_plays(limit=10, now=NOW + timedelta(hours=1))
    assert Task.objects.count() == 1

    complete_task(task_id=call.pk, outcome=TaskOutcome.MEETING_BOOKED, by=alice, now=NOW)
    advance_plays(limit=10, now=NOW + timedelta(minutes=1))
    assert Task.objects.count() == 2
    with pytest.raises(UndoOverError, match="gone on"):
        undo_task(task_id=call.pk, by=alice, now=NOW + timedelta(minutes=1))


def test_after_a_minute_and_by_another_it_stays(house, task):
    alice = house.people["alice"]
    finish(task, alice)
    with pytest.raises(UndoOverError, match="minute"):
        undo_task(task_id=task.pk, by=alice, now=NOW + timedelta(seconds=61))
    with pytest.raises(UndoOverError, match="not finished by you"):
        undo_task(task_id=task.pk, by=house.people["bob"], now=SOON)
    task.refresh_from_db()
    assert task.state == "done"


def test_a_play_that_began_again_keeps_the_one_before_closed(house, task):
    alice = house.people["alice"]
    Play.objects.update(next_position=None, next_step_at=None)
    finish(task, alice)
    first = Play.objects.get()
    Play.objects.filter(pk=first.pk).update(outcome="cancelled", reason="Stopped.")
    with pytest.raises(UndoOverError, match="has ended since"):
        undo_task(task_id=task.pk, by=alice, now=SOON)
