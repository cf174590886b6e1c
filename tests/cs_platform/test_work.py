"""Running a job: what fails dies in the end, and whoever waits for it is told."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from django.db import connection, transaction

from accounts.models import ImportFile, Job
from accounts.uploads import check
from accounts.uploads import jobs as uploads
from accounts.work import jobs, leases
from cs_platform.scheduling import job_runner
from cs_platform.scheduling.job_kinds import HANDLERS, End, Handler
from tests.accounts.uploads import matched, somebody
from tests.deployment.databases import url_of


def due_job(kind: str) -> Job:
    """Of which the back-off is over."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    Job.objects.filter(kind=kind, state="new").update(next_at=past)
    return Job.objects.filter(kind=kind).latest("pk")


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return job.state


@pytest.fixture
def broken_check(db, monkeypatch) -> ImportFile:
    """Its last piece cannot be read: all of it is, to bring the rows of an account together."""
    monkeypatch.setattr(uploads, "_SMALL_ROWS", 0)
    monkeypatch.setattr(check, "ONE_TRANSACTION", 1)
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 1)
    rows = b"".join(b"a%d,Account %d\n" % (n, n) for n in range(4))
    file = uploads.receive(name="a.csv", pieces=[b"ID,Name\n" + rows], user=somebody(), fixes=None)
    uploads.check_soon(matched(file, "accounts"))
    file.pieces.filter(stage="rows", number=3).update(body=b"not what was written")
    return file


def test_a_check_that_cannot_read_its_file_is_given_up_in_three_tries(broken_check):
    for state in ("new", "new", "dead"):
        job = due_job(uploads.CHECK)
        assert job_runner.run_job(job.pk) is True
        assert (state_of(job), job.cursor) == (state, 0)
    broken_check.refresh_from_db()
    assert broken_check.state == "ready"
    assert broken_check.reason.startswith("The check stopped: BadGzipFile")


def test_a_reading_that_kills_its_workers_is_given_up(db, monkeypatch):
    monkeypatch.setattr(uploads, "_SMALL_BYTES", 0)
    file = uploads.receive(name="a.csv", pieces=[b"ID\n1\n"], user=somebody(), fixes=None)
    job = Job.objects.get(kind=uploads.READ)
    now = datetime.now(UTC) - timedelta(hours=1)
    Job.objects.update(next_at=now)
    for _ in range(jobs.PATIENCE.kills):
        now += leases.LEASE + timedelta(seconds=1)
        killed = jobs.claim(job_id=job.pk, now=now)
        uploads._cursor_reporter(killed)(1)
        Job.objects.filter(pk=job.pk).update(lease_until=now + leases.LEASE)
    assert job_runner.run_job(job.pk) is True
    file.refresh_from_db()
    assert (state_of(job), file.state) == ("dead", "refused")


def _fails(claim: jobs.Claim) -> None:
    raise ValueError("no")


def test_an_end_that_fails_leaves_the_job_dead_and_the_sweep_writes_it(db, monkeypatch):
    """As when the row it writes to is locked for too long."""
    told: list[str] = []

    def give_up(claim: jobs.Claim, *, reason: str) -> None:
        told.append(reason)
        if len(told) == 1:
            connection.cursor().execute("SELECT 1 / 0")

    monkeypatch.setitem(HANDLERS, "test", Handler(_fails, End(give_up, lambda claim: None)))
    monkeypatch.setattr(job_runner, "ENDED", frozenset({"test"}))
    now = datetime.now(UTC)
    jobs.enqueue(kind="test", key="a", next_at=now)
    for _ in range(jobs.PATIENCE.tries):
        job_runner.run_job(due_job("test").pk)
    assert state_of(Job.objects.get()) == "dead"
    job_runner.give_up_dead(now=datetime.now(UTC))
    assert len(told) == 2
    assert all(reason.startswith("ValueError at tests/") for reason in told)


def _kill_others() -> int:
    """Ends every other session of this database, as a restarting server does; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def _next_lease(job_id: int, *, after: list[datetime]) -> datetime:
    """What the job is leased until, once that is later than before."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lease = Job.objects.get(pk=job_id).lease_until
        if not after or lease > after[0]:
            return lease
        time.sleep(0.02)
    raise AssertionError("the lease is not renewed")


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_while_it_commits_is_no_failure_of_the_job(monkeypatch, caplog):
    def cut(_claim: jobs.Claim) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            other = psycopg2.connect(url_of(connection.settings_dict["NAME"]))
            with other, other.cursor() as ending:
                ending.execute("SELECT pg_terminate_backend(%s, 5000)", cursor.fetchone())
            other.close()

    monkeypatch.setitem(HANDLERS, "test", Handler(cut))
    jobs.enqueue(kind="test", key="cut", next_at=datetime.now(UTC))
    job = Job.objects.get()
    assert job_runner.run_job(job.pk) is True
    assert state_of(job) == "new"
    assert f"the database went away under job {job.pk}" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_costs_one_beat_and_not_the_lease(monkeypatch):
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.1)
    renewed: list[datetime] = []

    def slow(claim: jobs.Claim) -> None:
        for lost_after in (True, True, False):
            renewed.append(_next_lease(claim.job_id, after=renewed[-1:]))
            if lost_after:
                _kill_others()

    monkeypatch.setitem(HANDLERS, "test", Handler(slow))
    jobs.enqueue(kind="test", key="slow", next_at=datetime.now(UTC))
    job = Job.objects.get()
    assert job_runner.run_job(job.pk) is True
    assert renewed[0] < renewed[1] < renewed[2]
    assert state_of(job) == "done"
