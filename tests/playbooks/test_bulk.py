"""One action on many tasks: all of them, or none."""

from datetime import timedelta

import pytest

from playbooks.actions import BulkRefusedError, act_on_all, add_task, complete_task, skip_task
from playbooks.models import Task
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW


@pytest.fixture
def tasks(house):
    alice, due = house.people["alice"], NOW + timedelta(days=1)
    account = house.account()
    return [
        add_task(account=account, title=f"Task {n}", owner=alice, due_at=due, by=alice, now=NOW).pk
        for n in range(3)
    ]


def done(task_id):
    return complete_task(task_id=task_id, outcome=TaskOutcome.DONE, by=None, now=NOW)


def test_all_are_done(tasks):
    assert act_on_all(task_ids=tasks, act=done) == 3
    assert set(Task.objects.values_list("state", flat=True)) == {"done"}


def test_where_one_refuses_none_is_changed_and_it_is_named(tasks):
    skip_task(task_id=tasks[1], reason="Not needed.", by=None, now=NOW)
    with pytest.raises(BulkRefusedError) as refused:
        act_on_all(task_ids=tasks, act=done)
    (line,) = refused.value.lines
    assert (line.task_id, line.title, line.account) == (tasks[1], "Task 1", "acme")
    assert line.why == "“Task 1” is skipped already."
    assert set(Task.objects.values_list("state", flat=True)) == {"open", "skipped"}
