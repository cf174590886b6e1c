"""Retried, replayed, raced, killed in between: one start, one play, one task, one message."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import OutboxMessage, Signal, SignalReceipt
from playbooks.facts import mark_position
from playbooks.firing import advance_plays, fire_signals
from playbooks.models import Play, PlayStart, Task
from tests.pipeline.processes import until
from tests.playbooks.conftest import NOW


def counts():
    return {
        "starts": PlayStart.objects.count(),
        "plays": Play.objects.count(),
        "tasks": Task.objects.count(),
        "messages": OutboxMessage.objects.count(),
        "receipts": SignalReceipt.objects.count(),
    }


def rows():
    """Every row that firing leaves, column by column."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (PlayStart, Play, Task, OutboxMessage, SignalReceipt)
    }


def drain():
    while fire_signals(limit=7, now=NOW):
        pass


@pytest.fixture
def fallen(house):
    for number in range(30):
        account = house.account(f"a{number:02}", arr_minor=number)
        house.falls(account, "intervene", **{"from": "healthy"})
        if number % 3 == 0:
            house.falls(account, "line:40")
    return house


def test_firing_again_changes_nothing(fallen):
    drain()
    before = rows()

    assert fire_signals(limit=500, now=NOW) == 0
    advance_plays(limit=500, now=NOW)

    assert rows() == before


def test_a_replay_of_all_signals_changes_nothing_but_receipts(fallen):
    drain()
    before = counts()
    SignalReceipt.objects.all().delete()

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
    assert counts()["receipts"] == counts()["plays"] == 0

    drain()

    assert counts()["plays"] == 30
    assert counts()["receipts"] == 40


_KILLED_WHILE_FIRING = """
import os, signal
import django
django.setup()
from datetime import datetime
from django.db import transaction
from playbooks.firing import fire_signals
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
    assert counts()["receipts"] == counts()["plays"] == 0

    drain()

    assert (counts()["plays"], counts()["receipts"]) == (30, 40)


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
    assert SignalReceipt.objects.count() == 40
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


@contextmanager
def meanwhile(work):
    """Runs `work` in another connection and waits for it."""
    thread = threading.Thread(target=lambda: (work(), connection.close()))
    thread.start()
    yield
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_an_account_held_by_one_worker_is_left_to_it(fallen):
    with transaction.atomic():
        first = fire_signals(limit=30, now=NOW)
        assert first == 40
        seen = []
        with meanwhile(lambda: seen.append(fire_signals(limit=30, now=NOW))):
            pass
        assert seen == [0]


def idle(times=3):
    return [fire_signals(limit=50, now=NOW) for _ in range(times)]


def wait_for_the_mark():
    """It waits for whoever is at work on the server: tests that run beside this one, too."""
    newest = Signal.objects.latest("pk").pk
    until(lambda: idle() == [0, 0, 0] and mark_position() == newest, seconds=180)


@pytest.mark.django_db(transaction=True)
def test_a_sweep_passes_over_what_has_its_receipt(fallen):
    drain()
    wait_for_the_mark()

    fallen.falls(fallen.account("later"), "watch")
    assert fire_signals(limit=50, now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_a_signal_that_was_written_first_and_committed_last_is_heard(house):
    early, late = house.account("early"), house.account("late")
    written, committed = threading.Event(), threading.Event()

    def slow_import():
        with transaction.atomic():
            house.falls(early, "watch")
            written.set()
            committed.wait(timeout=30)

    with meanwhile(slow_import):
        written.wait(timeout=30)
        house.falls(late, "watch")
        assert fire_signals(limit=50, now=NOW) == 1
        assert idle() == [0, 0, 0]
        assert mark_position() == 0
        committed.set()

    assert fire_signals(limit=50, now=NOW) == 1
    assert Play.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_once_a_day_every_signal_is_looked_at(fallen):
    drain()
    wait_for_the_mark()
    SignalReceipt.objects.filter(signal__account=fallen.accounts["a00"]).delete()
    assert idle() == [0, 0, 0]
    tomorrow = NOW + timedelta(days=1)

    assert fire_signals(limit=50, now=tomorrow) == 2
    assert fire_signals(limit=50, now=tomorrow) == 0

    assert Play.objects.count() == 30


def writes_later(account) -> Signal:
    """Rings and is dealt with: the newest signal, which nobody waits for."""
    signal = Signal.objects.create(account=account, kind="event.note", key="n", occurred_at=NOW)
    SignalReceipt.objects.create(
        signal=signal, consumer="playbooks", outcome="handled", received_at=NOW
    )
    return signal


@contextmanager
def written_but_not_committed(house, account):
    """A signal in another connection; what is handed out commits it, and waits for that."""
    written, may_commit = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            house.falls(account, "watch")
            written.set()
            may_commit.wait(timeout=30)
        connection.close()

    thread = threading.Thread(target=write)

    def commit():
        may_commit.set()
        thread.join()

    thread.start()
    written.wait(timeout=30)
    yield commit
    commit()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_younger_than_the_one_that_looks_is_waited_for(house):
    early, late = house.account("early"), house.account("late")
    with ExitStack() as stack:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")  # older than the one that writes
            stack.enter_context(written_but_not_committed(house, early))
            with meanwhile(lambda: writes_later(late)):
                pass
            assert fire_signals(limit=50, now=NOW) == 0
        assert idle() == [0, 0, 0]

    assert fire_signals(limit=50, now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_while_a_sweep_looks_is_heard_by_the_next(house):
    early, late = house.account("early"), house.account("late")
    with written_but_not_committed(house, early) as commit:
        writes_later(late)
        assert fire_signals(limit=50, now=NOW) == 0

        def commits_once_looked(execute, sql, params, many, context):
            answer = execute(sql, params, many, context)
            if "accounts_signalreceipt" in sql and "LIMIT 1" in sql:
                looked.append(sql)
                commit()
            return answer

        looked: list[str] = []
        with connection.execute_wrapper(commits_once_looked):
            assert fire_signals(limit=50, now=NOW) == 0
        assert len(looked) == 1

    assert fire_signals(limit=50, now=NOW) == 1
