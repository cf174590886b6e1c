"""Tasks of a function follow the team of the account."""

from datetime import timedelta

import pytest

from accounts.models import OutboxMessage
from playbooks.actions import reassign_task, snooze_task
from playbooks.engine import hand_back_tasks, reassign_function_tasks, start_play
from playbooks.models import Task
from tests.playbooks.conftest import NOW

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def task_of(account, owner, role="renewals_manager", **columns):
    columns = {"opened_at": NOW - timedelta(days=9)} | columns
    return Task.objects.create(
        account=account,
        title="Send the renewal paper",
        owner=owner,
        owner_role=role,
        due_at=NOW + timedelta(days=3),
        **columns,
    )


def hand_on():
    return reassign_function_tasks(day=TODAY, now=NOW)


def test_tasks_of_who_left_go_to_who_has_the_function_now_once(house):
    account = house.account()
    house.joins(account, "bob", "renewals_manager", until=YESTERDAY)
    house.joins(account, "mona", "renewals_manager", since=TODAY)
    task = task_of(account, house.people["bob"])

    assert (hand_on(), hand_on()) == (1, 0)

    task.refresh_from_db()
    assert (task.owner.name, task.fallback) == ("mona", "")
    told = OutboxMessage.objects.filter(key__contains=":handed_on:")
    assert {message.user.name for message in told} == {"mona"}


def test_without_a_successor_they_lie_in_the_queue_of_cs_ops(house):
    account = house.account()
    house.joins(account, "bob", "renewals_manager", until=YESTERDAY)
    task = task_of(account, house.people["bob"])

    assert hand_on() == 1

    task.refresh_from_db()
    assert (task.owner, task.fallback) == (None, "empty_queue")


def test_what_else_somebody_has_stays_with_them(house):
    account, bob = house.account(), house.people["bob"]
    house.joins(account, "bob", "renewals_manager", until=YESTERDAY)
    house.joins(account, "bob", "account_executive")
    kept = [
        task_of(account, bob, role="account_executive"),
        task_of(account, bob, role="csm"),
        task_of(account, bob, opened_at=NOW, why="handed to them after they had left"),
        task_of(account, bob, state="done", outcome="reached", closed_at=NOW),
    ]

    assert hand_on() == 0
    assert {task.owner for task in Task.objects.filter(pk__in=[t.pk for t in kept])} == {bob}


@pytest.fixture
def covered(house):
    """Alice is away for a week, Bob covers: the three steps for the CSM that open on the first
    day came to him."""
    alice = house.people["alice"]
    alice.cover = house.people["bob"]
    alice.absent_from, alice.absent_until = TODAY - timedelta(days=7), TODAY
    alice.save()
    account = house.account()
    start_play(account=account, playbook_key="champion_change", by=house.people["mona"], now=NOW)
    task = Task.objects.get(step__key="knowledge")
    assert (task.owner.name, task.owner_role) == ("bob", "csm")
    return task


def hand_back(days=1):
    return hand_back_tasks(day=TODAY + timedelta(days=days), now=NOW + timedelta(days=days))


def test_what_came_to_a_cover_goes_back_after_the_absence_and_both_are_told(house, covered):
    assert [hand_back(0), hand_back(1), hand_back(1)] == [0, 3, 0]
    covered.refresh_from_db()
    assert covered.owner.name == "alice"
    told = OutboxMessage.objects.filter(key__contains=f"task:{covered.pk}:handed_")
    assert {(each.user.name, each.body) for each in told} == {
        ("alice", covered.why),
        ("bob", "alice is back and has this task again."),
    }


def test_what_the_cover_began_or_was_handed_stays_with_them(house, covered):
    snooze_task(task_id=covered.pk, until=NOW + timedelta(hours=3), now=NOW)
    Task.objects.filter(pk=covered.pk).update(state="open", snoozed_until=None)
    other = Task.objects.get(step__key="interim")
    for name in ("mona", "bob"):
        reassign_task(task_id=other.pk, owner=house.people[name], by=None, now=NOW)
    assert hand_back() == 1
    kept = Task.objects.filter(pk__in=[covered.pk, other.pk])
    assert {task.owner.name for task in kept} == {"bob"}
    assert Task.objects.get(step__key="successor").owner.name == "alice"


def test_what_a_cover_has_of_their_own_is_not_taken_from_them(house, covered):
    own = house.account("own", owner=house.people["bob"])
    start_play(account=own, playbook_key="champion_change", by=house.people["mona"], now=NOW)
    hand_back()
    kept = Task.objects.filter(account=own, owner_role="csm")
    assert {task.owner.name for task in kept} == {"bob"}
