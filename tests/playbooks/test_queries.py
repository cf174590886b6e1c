"""What pages read, by urgency, in a fixed number of queries, within what a person may see."""

from datetime import timedelta

import pytest

from accounts.models import Account, Installation
from playbooks.actions import complete_task, snooze_task
from playbooks.firing import fire_signals
from playbooks.models import Task
from playbooks.queries import account_plays, account_tasks, held_back, open_tasks
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW


def of(person, *, days=0):
    now = NOW + timedelta(days=days)
    return open_tasks(user=person, day=now.date(), now=now)


def test_the_most_urgent_task_comes_first(house):
    alice = house.people["alice"]
    for name, due in (("late", -2), ("soon", 1), ("later", 3), ("risky", 4)):
        account = house.account(name)
        house.stands(account, "60.00", "watch")
        Task.objects.create(
            account=account,
            title=name,
            owner=alice,
            opened_at=NOW,
            due_at=NOW + timedelta(days=due),
        )
    account = house.accounts["risky"]
    account.health.at_risk = True
    account.health.save(update_fields=["at_risk"])

    assert [(task.title, task.is_overdue) for task in of(alice)] == [
        ("late", True),
        ("risky", False),
        ("soon", False),
        ("later", False),
    ]


def test_a_task_says_what_why_and_for_how_much(house):
    house.falls(house.account(arr_minor=120_000_00), "watch")
    fire_signals(limit=10, now=NOW)

    (task,) = of(house.people["alice"])

    assert (task.title, task.playbook, task.account_name) == (
        "Write a personal check-in",
        "Healthy to watch",
        "acme",
    )
    assert (task.arr_minor, task.currency, task.band, str(task.score)) == (
        120_000_00,
        "USD",
        "watch",
        "71.40",
    )
    assert task.why.startswith("“Healthy to watch” starts on this fall.")
    assert task.closes_when == "Closes itself when the band is healthy again."


def test_snoozed_and_finished_tasks_are_not_to_do(house):
    for name in ("one", "two", "three"):
        house.falls(house.account(name), "watch")
    fire_signals(limit=10, now=NOW)
    first, second, _ = Task.objects.order_by("pk")
    snooze_task(task_id=first.pk, until=NOW + timedelta(days=2), now=NOW)
    complete_task(task_id=second.pk, outcome=TaskOutcome.REACHED, by=None, now=NOW)

    assert len(of(house.people["alice"])) == 1
    snoozed = account_tasks(account=first.account, now=NOW)
    assert [task.task_id for task in snoozed] == [first.pk]


@pytest.mark.parametrize("tasks", [1, 3])
def test_a_persons_tasks_take_one_query(house, django_assert_num_queries, tasks):
    for number in range(tasks):
        house.falls(house.account(f"a{number}"), "watch")
    fire_signals(limit=10, now=NOW)

    with django_assert_num_queries(1):
        assert len(of(house.people["alice"])) == tasks


def test_a_play_shows_its_steps_and_who_was_drawn_in(house, save_team):
    account = house.account()
    house.falls(account, "line:40")
    house.rings(account, "event.cancellation_notice")
    fire_signals(limit=10, now=NOW)

    (play,) = account_plays(account=account)

    assert (play.name, play.version, play.state) == ("At risk", 1, "open")
    assert len(play.steps) == 12
    assert [(step.title, step.state) for step in play.steps[:2]] == [
        ("Tell the CSM and the manager", "done"),
        ("Review the account", "open"),
    ]
    ahead = play.steps[10]
    assert (ahead.title, ahead.state, ahead.due_at) == ("Decide where this stands", "", None)
    assert (play.steps[11].title, play.steps[11].owner_name) == ("Take up the cancellation", "bob")
    assert play.finished_steps == 1


@pytest.mark.parametrize("plays", [1, 3])
def test_plays_of_an_account_take_three_queries(house, django_assert_num_queries, plays):
    account = house.account()
    for into in ("watch", "intervene", "line:40")[:plays]:
        house.falls(account, into)
        fire_signals(limit=10, now=NOW)

    with django_assert_num_queries(3):
        assert len(account_plays(account=account)) == plays


def test_what_is_held_back_stays_visible_the_largest_first(house):
    for arr in range(1, 9):
        house.falls(house.account(f"a{arr}", arr_minor=arr * 1000), "watch")
    churned = house.account("gone", status="churned")
    house.falls(churned, "watch")
    fire_signals(limit=50, now=NOW)

    rows = held_back(user=house.people["alice"], since=NOW - timedelta(days=7))

    assert [(row.account_name, row.reason) for row in rows] == [
        ("a3", ""),
        ("a2", ""),
        ("a1", ""),
        ("gone", "The account has churned"),
    ]


def test_nobody_sees_what_is_held_back_elsewhere(house):
    Installation.objects.update(visibility="own")
    house.falls(house.account(status="churned"), "watch")
    fire_signals(limit=50, now=NOW)
    since = NOW - timedelta(days=7)

    assert len(held_back(user=house.people["alice"], since=since)) == 1
    assert held_back(user=house.people["bob"], since=since) == []
    assert Account.objects.count() == 1
