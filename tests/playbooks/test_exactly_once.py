"""Retried, replayed, raced, killed in between: one start, one play, one task, one message."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from django.db import connection, transaction

from accounts.models import OutboxMessage, SignalDelivery
from playbooks.engine import advance_plays, fire_signals
from playbooks.models import Play, PlayStart, Task
from tests.playbooks.conftest import NOW, drain, meanwhile


def counts():
    return {
        "starts": PlayStart.objects.count(),
        "plays": Play.objects.count(),
        "tasks": Task.objects.count(),
        "messages": OutboxMessage.objects.count(),
        "handled": SignalDelivery.objects.filter(outcome="handled").count(),
    }


def rows():
    """Every row that firing leaves, column by column."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (PlayStart, Play, Task, OutboxMessage, SignalDelivery)
    }


def test_firing_again_changes_nothing(fallen):
    drain()
    before = rows()

    assert fire_signals(limit=500, now=NOW) == 0
    advance_plays(limit=500, now=NOW)

    assert rows() == before


def test_a_replay_of_all_signals_changes_nothing_but_deliveries(fallen):
    drain()
    before = counts()
    SignalDelivery.objects.update(outcome=None, handled_at=None)

    drain()

    assert counts() == before


class KilledError(RuntimeError):
    pass


@transaction.atomic
def fire_and_die():
    fire_signals(limit=500, now=NOW)
    assert counts()["plays"] == 30
    raise KilledError


def test_a_worker_killed_before_its_commit_leaves_nothing_and_the_next_does_all(fallen):
    with pytest.raises(KilledError):
        fire_and_die()
    assert counts()["handled"] == counts()["plays"] == 0

    drain()

    assert counts()["plays"] == 30
    assert counts()["handled"] == 40


_KILLED_WHILE_FIRING = """
import os, signal
import django
django.setup()
from datetime import datetime
from django.db import transaction
from playbooks.engine import fire_signals
with transaction.atomic():
    assert fire_signals(limit=500, now=datetime.fromisoformat(os.environ["NOW"])) > 0
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_killed_process_loses_nothing(fallen):
    place = connection.settings_dict
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**place)
    env = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "cs_platform.settings",
        "NOW": NOW.isoformat(),
    }

    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_WHILE_FIRING], env=env, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert counts()["handled"] == counts()["plays"] == 0

    drain()

    assert (counts()["plays"], counts()["handled"]) == (30, 40)


def in_threads(work, *, copies):
    errors = []

    def run():
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- raised again below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(copies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.django_db(transaction=True)
def test_racing_workers_start_each_play_once(fallen):
    in_threads(drain, copies=4)
    drain()

    assert Play.objects.count() == 30
    assert PlayStart.objects.filter(result="started").count() == 30
    assert PlayStart.objects.count() == 40  # ten fell past the line too
    assert counts()["handled"] == SignalDelivery.objects.count() == 40
    per_account = Play.objects.values_list("account_id", flat=True)
    assert len(set(per_account)) == 30


@pytest.mark.django_db(transaction=True)
def test_racing_workers_keep_the_cap(house):
    for number in range(30):
        house.falls(house.account(f"a{number:02}", arr_minor=number), "watch")

    in_threads(drain, copies=4)
    drain()

    assert Play.objects.count() == 5
    assert PlayStart.objects.filter(result="queued").count() == 25


@pytest.mark.django_db(transaction=True)
def test_racing_ticks_open_each_step_once(fallen):
    drain()
    before = Task.objects.count()
    later = NOW.replace(month=4)

    in_threads(lambda: advance_plays(limit=3, now=later), copies=4)
    while advance_plays(limit=50, now=later):
        pass

    assert Task.objects.count() > before
    for play in Play.objects.all():
        steps = [task.step_id for task in play.tasks.all() if task.step_id]
        assert len(steps) == len(set(steps))
        drawn = [task.escalation for task in play.tasks.all() if task.escalation]
        assert len(drawn) == len(set(drawn))


@pytest.mark.django_db(transaction=True)
def test_an_account_held_by_one_worker_is_left_to_it(fallen):
    with transaction.atomic():
        first = fire_signals(limit=30, now=NOW)
        assert first == 40
        seen = []
        with meanwhile(lambda: seen.append(fire_signals(limit=30, now=NOW))):
            pass
        assert seen == [0]
