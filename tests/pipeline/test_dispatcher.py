"""Work is done whatever becomes of the broker and the workers: real kills, a real FLUSHALL."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.core import mail
from django.db import connection

from accounts.loading.change_signals import mark_dirty
from accounts.models import Account, DirtyAccount, Job, OutboxMessage, User
from accounts.work import jobs
from cs_platform.models import Pulse
from cs_platform.runtime.embedded.valkey import Valkey
from cs_platform.scheduling import tasks
from cs_platform.scheduling.dispatcher import CHANNEL, wait_for_notification
from health.models import CurrentHealth
from tests.emitting import emitted
from tests.pipeline.processes import CELERY, MANAGE, WORKER, kill_group, running, until
from tests.pipeline.wire import wire

pytestmark = pytest.mark.faults
NOBODY = "redis://127.0.0.1:1/0"
DISPATCH = [*MANAGE, "dispatch"]
LEASE = timedelta(seconds=6)


@pytest.fixture
def broker() -> Iterator[str]:
    """A broker of our own, which may be flushed and killed."""
    with tempfile.TemporaryDirectory(dir="/tmp") as home, open(f"{home}/log", "wb") as log:
        server = Valkey(Path(home))
        yield server.start(output=log)
        server.stop()


def add_jobs(count: int) -> None:
    now = datetime.now(UTC)
    for n in range(count):
        jobs.enqueue(kind="plays.advance", key=f"test {n}", next_at=now)


def open_jobs() -> int:
    return Job.objects.filter(key__startswith="test", state__in=("new", "leased")).count()


def assert_each_ran_once(count: int) -> None:
    done = Job.objects.filter(key__startswith="test", state="done")
    assert done.count() == count
    assert set(done.values_list("fence", flat=True)) == {1}


def test_a_flushed_broker_loses_nothing_and_doubles_nothing(company, broker):
    with (
        running(WORKER, REDIS_URL=broker),
        running(DISPATCH, REDIS_URL=broker),
        redis.Redis.from_url(broker) as client,
    ):
        until(lambda: Pulse.objects.exists())
        add_jobs(150)
        for _ in range(4):
            client.flushall()
            time.sleep(0.3)
        until(lambda: open_jobs() == 0)
    assert_each_ran_once(150)


def test_a_killed_worker_is_replaced_and_its_jobs_are_taken_over(company, broker):
    short = {"REDIS_URL": broker, "CS_LEASE_SECONDS": str(LEASE.seconds)}
    with running(DISPATCH, **short):
        with running(WORKER, **short) as worker:
            until(lambda: Pulse.objects.exists())
            add_jobs(100)
            until(lambda: open_jobs() < 80)
            kill_group(worker)
        # One lease is as if the killed worker had just taken it.
        taken = Job.objects.filter(key__startswith="test", state="new").first()
        if taken is not None:
            now = datetime.now(UTC)
            jobs.claim(job_id=taken.pk, now=now)
            # The dispatcher may have been quicker, and be done with it.
            Job.objects.filter(pk=taken.pk, state="leased").update(lease_until=now + LEASE)
        until(lambda: open_jobs() == 0)
    assert Job.objects.filter(key__startswith="test", state="done").count() == 100


def test_without_a_broker_the_dispatcher_works_by_itself(company):
    with running(DISPATCH, REDIS_URL=NOBODY):
        until(lambda: Pulse.objects.exists())
        add_jobs(30)
        until(lambda: open_jobs() == 0)
        until(lambda: not Pulse.objects.get().broker_answers)
    assert_each_ran_once(30)


@pytest.mark.parametrize("is_broker_there", [True, False])
def test_changed_facts_are_a_new_score(company, broker, is_broker_there):
    address = broker if is_broker_there else NOBODY
    with running(DISPATCH, REDIS_URL=address), running(WORKER, REDIS_URL=address):
        until(lambda: Pulse.objects.exists())
        mark_dirty(company)
        until(lambda: not DirtyAccount.objects.exists())
        before = CurrentHealth.objects.latest("computed_at").computed_at
        time.sleep(1)
        mark_dirty(company[:1])
        until(lambda: CurrentHealth.objects.latest("computed_at").computed_at > before)
    active = Account.objects.filter(status="active")
    assert CurrentHealth.objects.count() == active.count()


def test_a_signal_is_answered_and_a_message_sent_without_a_broker(company):
    now = datetime.now(UTC)
    account = Account.objects.get(pk=company[0])
    incident = emitted(account, "event.incident", key="test", at=now)
    message = OutboxMessage.objects.create(
        key="test", channel="in_app", user=User.objects.first(), subject="Hello", next_at=now
    )
    with running(DISPATCH, REDIS_URL=NOBODY):
        until(lambda: incident.deliveries.filter(outcome="handled").exists())
        until(lambda: OutboxMessage.objects.get(pk=message.pk).state == "sent")
    assert mail.outbox == []


def test_a_dispatcher_outlives_its_connection(company):
    at = connection.settings_dict
    with wire() as database:
        url = f"postgresql://{at['USER']}:{quote(at['PASSWORD'])}@127.0.0.1:{database.port}/{at['NAME']}"
        with running(DISPATCH, REDIS_URL=NOBODY, DATABASE_URL=url) as dispatcher:
            until(lambda: Pulse.objects.exists())
            for _ in range(3):
                time.sleep(1)  # between two sweeps, where it spends its time
                before = Pulse.objects.get(process="dispatcher").beat_at
                until(lambda: database.cut() >= 1)  # a busy machine connects anew later
                until(lambda: Pulse.objects.get(process="dispatcher").beat_at > before)  # noqa: B023
            assert dispatcher.poll() is None
            add_jobs(5)
            until(lambda: open_jobs() == 0)


def test_a_notification_that_a_query_brought_is_not_slept_over(transactional_db):
    """The dispatcher sweeps on the connection that listens: libpq reads both together."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
        notify_from_elsewhere()
        cursor.execute("SELECT 1")
        try:
            raw = connection.connection
            assert [told.channel for told in raw.notifies] == [CHANNEL]
            assert wait_for_notification(raw, seconds=0)
            raw.notifies.clear()
            assert not wait_for_notification(raw, seconds=0)  # it can say no
            notify_from_elsewhere()
            assert wait_for_notification(raw, seconds=30)  # and looks at the socket
        finally:
            cursor.execute(f"UNLISTEN {CHANNEL}")


def notify_from_elsewhere() -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    finally:
        other.close()


def test_a_dispatcher_that_hangs_is_worked_around(company, broker, tmp_path):
    beat = [*CELERY, "beat", "--schedule", str(tmp_path / "beat"), "--pidfile", ""]
    with (
        running(WORKER, REDIS_URL=broker, CS_TICK_SECONDS="8"),
        running(beat, REDIS_URL=broker, CS_TICK_SECONDS="8"),
        running(DISPATCH, REDIS_URL=broker) as dispatcher,
    ):
        until(lambda: Pulse.objects.filter(process="dispatcher").exists())
        until(lambda: not DirtyAccount.objects.exists())
        os.kill(dispatcher.pid, signal.SIGSTOP)
        add_jobs(30)
        mark_dirty(company)
        until(lambda: open_jobs() == 0 and not DirtyAccount.objects.exists(), seconds=180)
    assert_each_ran_once(30)


@pytest.mark.parametrize(("silent_for", "is_rung"), [(3, False), (30, True)])
def test_a_tick_rings_only_for_a_silent_dispatcher(transactional_db, silent_for, is_rung):
    heard_at = datetime.now(UTC) - timedelta(seconds=silent_for)
    Pulse.objects.create(process="dispatcher", beat_at=heard_at)
    add_jobs(3)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("celery")
        tasks.tick()
        assert bool(client.llen("celery")) is is_rung
        client.delete("celery")


def test_two_dispatchers_do_no_harm(company, broker):
    with (
        running(WORKER, REDIS_URL=broker),
        running(DISPATCH, REDIS_URL=broker),
        running(DISPATCH, REDIS_URL=broker),
    ):
        until(lambda: Pulse.objects.exists())
        add_jobs(80)
        until(lambda: open_jobs() == 0)
    assert_each_ran_once(80)
