"""A queue nobody works is said to CS ops, once a day."""

from datetime import timedelta

import pytest

from accounts.models import OutboxMessage
from playbooks.engine import alert_unworked_queue
from playbooks.models import Task
from playbooks.queries.queue import queue_of_ops
from tests.playbooks.conftest import NOW

TODAY = NOW.date()


@pytest.fixture
def task(house):
    """Nobody's, due yesterday at ten."""
    return Task.objects.create(
        account=house.account(), title="Walk through", opened_at=NOW - timedelta(days=3),
        due_at=NOW - timedelta(hours=22), owner=None,
    )  # fmt: skip


def told():
    return list(OutboxMessage.objects.values_list("user__name", "subject", "link"))


def test_what_was_due_before_today_is_said_once_a_day_to_cs_ops(house, task):
    assert alert_unworked_queue(day=TODAY, now=NOW) == 1
    assert alert_unworked_queue(day=TODAY, now=NOW) == 1
    subject = "Nobody works the queue of CS ops: 1 overdue"
    assert told() == [("otto", subject, "/tasks/?view=overdue&whose=queue")]
    alert_unworked_queue(day=TODAY + timedelta(days=1), now=NOW + timedelta(days=1))
    assert len(told()) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"due_at": NOW - timedelta(hours=1)},  # due today: somebody may still come to it
        {"state": "snoozed", "snoozed_until": NOW + timedelta(days=2)},
        {"state": "skipped", "reason": "Not needed.", "closed_at": NOW},
    ],
)
def test_what_is_worked_is_not_said(house, task, change):
    Task.objects.update(**change)
    assert alert_unworked_queue(day=TODAY, now=NOW) == 0
    assert told() == []


def test_a_task_that_somebody_has_is_none_of_the_queue(house, task):
    Task.objects.update(owner=house.people["alice"])
    assert queue_of_ops(due_before=NOW).waiting == 0
    assert alert_unworked_queue(day=TODAY, now=NOW) == 0


def test_the_queue_counts_what_waits_and_since_when(house, task):
    found = queue_of_ops(due_before=NOW)
    assert (found.waiting, found.overdue, found.oldest_due) == (1, 1, task.due_at)
