"""Tasks of a function follow the team of the account."""

from datetime import timedelta

from accounts.models import OutboxMessage
from playbooks.firing import hand_on_tasks
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
    return hand_on_tasks(day=TODAY, now=NOW)


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
