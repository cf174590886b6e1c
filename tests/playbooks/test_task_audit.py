"""Who did what to a task stays on record, without the words they wrote."""

from datetime import timedelta

import pghistory

from playbooks.actions import complete_task, snooze_task
from playbooks.engine import fire_signals
from playbooks.models import Task
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW


def test_every_change_of_a_task_names_the_person(house):
    house.falls(house.account(), "watch")
    fire_signals(limit=10, now=NOW)
    task, alice = Task.objects.get(), house.people["alice"]
    with pghistory.context(user=alice.pk):
        snooze_task(task_id=task.pk, until=NOW + timedelta(days=1), now=NOW)
        complete_task(
            task_id=task.pk, outcome=TaskOutcome.REACHED, by=alice, now=NOW, note="Spoke to Una"
        )

    trail = task.audit.order_by("pgh_id")
    assert [entry.state for entry in trail][-2:] == ["snoozed", "done"]
    assert {entry.pgh_context.metadata["user"] for entry in trail} == {alice.pk}
    assert not any("Una" in str(value) for entry in trail.values() for value in entry.values())
