"""The mark up to which signals are inputs: what is committed late is inputs all the same."""

import threading
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Signal, SignalReceipt
from playbooks.facts import mark_position
from playbooks.firing import fire_signals
from playbooks.models import Play
from tests.pipeline.processes import until
from tests.playbooks.conftest import NOW, drain, meanwhile


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
