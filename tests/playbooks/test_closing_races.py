"""A play ends while a tick makes a task in it: nothing of it stays open."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from playbooks.actions import cancel_play, skip_task
from playbooks.engine import advance_plays, fire_signals
from playbooks.engine.closures import close_what_is_over
from playbooks.engine.due_work import escalate_for_silence
from playbooks.models import Play, Task
from tests.playbooks.conftest import NOW
from tests.waiting import until_blocked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent(house):
    """A task of a running play that nobody has answered, and when that is noticed."""
    house.falls(house.account(), "line:40")
    fire_signals(limit=10, now=NOW)
    Play.objects.update(next_step_at=None)
    task = Task.objects.filter(state="open", escalate_at__isnull=False).earliest("escalate_at")
    return task, task.escalate_at + timedelta(minutes=1)


def recovers(house, play, now):
    house.stands(house.accounts["acme"], "90.00", "healthy")
    close_what_is_over(limit=10, now=now)


def is_cancelled(house, play, now):
    cancel_play(play_id=play.pk, reason="Sold.", by=house.people["otto"], now=now)


@pytest.mark.parametrize("end", [recovers, is_cancelled])
def test_whoever_is_drawn_in_while_the_play_ends_has_nothing_left_to_do(house, silent, end):
    task, now = silent

    def elsewhere():
        end(house, task.play, now)
        connection.close()

    ending = threading.Thread(target=elsewhere)
    with transaction.atomic():
        assert escalate_for_silence(limit=10, now=now) > 0
        ending.start()
        until_blocked(ending)  # or it has passed over the play
    ending.join()
    advance_plays(limit=100, now=now)

    task.play.refresh_from_db()
    assert task.play.state == "closed"
    assert Task.objects.exclude(escalation="").count() == 1
    assert not Task.objects.filter(state__in=("open", "snoozed")).exists()


def test_nobody_is_drawn_in_while_somebody_ends_the_wait(house, silent):
    task, now = silent
    drawn = []

    def elsewhere():
        drawn.append(escalate_for_silence(limit=10, now=now))
        connection.close()

    noticing = threading.Thread(target=elsewhere)
    with transaction.atomic():
        skip_task(task_id=task.pk, reason="They called.", by=None, now=now)
        noticing.start()
        noticing.join()

    assert drawn == [0]
