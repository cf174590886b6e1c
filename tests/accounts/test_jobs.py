"""Job rows: made once, claimed by one, taken over when a worker is gone, dead with a reason."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Job
from accounts.work import jobs, leases

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def new_job(key: str = "a", **values) -> Job:
    jobs.enqueue(kind="test", key=key, next_at=NOW, payload={"id": 7})
    Job.objects.filter(kind="test", key=key).update(**values) if values else None
    return Job.objects.get(kind="test", key=key)


def in_threads(count: int, work) -> list:
    """Real connections, real races; what each thread answered."""
    answers, ready = [], threading.Barrier(count)

    def run(number: int) -> None:
        try:
            ready.wait()
            answers.append(work(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db
def test_a_job_is_made_once_for_ever():
    assert jobs.enqueue(kind="test", key="a", next_at=NOW) is True
    Job.objects.update(state="done", finished_at=NOW)
    assert jobs.enqueue(kind="test", key="a", next_at=NOW) is False
    assert jobs.enqueue(kind="test", key="b", next_at=NOW) is True
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_who_lost_the_lease_does_not_bury_the_job():
    job = new_job(attempts=jobs.PATIENCE.tries - 1)
    slow = jobs.claim(job_id=job.pk, now=NOW)
    later = NOW + leases.LEASE + SECOND
    assert jobs.claim(job_id=job.pk, now=later) is not None
    assert jobs.failed(slow, reason="too slow", now=later) is False
    job.refresh_from_db()
    assert (job.state, job.reason) == ("leased", "")


@pytest.mark.django_db(transaction=True)
def test_a_job_is_made_once_by_eight_at_the_same_time():
    made = in_threads(8, lambda n: jobs.enqueue(kind="test", key="race", next_at=NOW))
    assert sorted(made) == [False] * 7 + [True]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_claim_twenty_jobs_each_once():
    ids = [new_job(str(n)).pk for n in range(20)]

    def claim_all(number: int) -> list[int]:
        return [job for job in ids if jobs.claim(job_id=job, now=NOW) is not None]

    claimed = [job for found in in_threads(8, claim_all) for job in found]
    assert sorted(claimed) == sorted(ids)


@pytest.mark.django_db
def test_a_claim_carries_what_the_work_needs():
    job = new_job()
    claim = jobs.claim(job_id=job.pk, now=NOW)
    assert claim == jobs.Claim(job.pk, "test", "a", {"id": 7}, fence=1, attempts=1)


@pytest.mark.django_db
def test_a_job_is_not_due_before_its_time():
    job = new_job(next_at=NOW + SECOND)
    assert jobs.due_ids(now=NOW) == []
    assert jobs.claim(job_id=job.pk, now=NOW) is None
    assert jobs.due_ids(now=NOW + SECOND) == [job.pk]
    assert jobs.oldest_due(now=NOW + SECOND) == NOW + SECOND


@pytest.mark.django_db
def test_a_job_of_a_dead_worker_is_taken_over_after_its_lease():
    job = new_job()
    first = jobs.claim(job_id=job.pk, now=NOW)
    assert jobs.claim(job_id=job.pk, now=NOW + leases.LEASE) is None
    second = jobs.claim(job_id=job.pk, now=NOW + leases.LEASE + SECOND)
    assert first is not None
    assert second is not None
    assert second.fence == first.fence + 1


@pytest.mark.django_db
def test_a_worker_that_wakes_up_late_changes_nothing():
    job = new_job()
    sleeper = jobs.claim(job_id=job.pk, now=NOW)
    later = NOW + leases.LEASE + SECOND
    worker = jobs.claim(job_id=job.pk, now=later)
    for write in (
        lambda: jobs.done(sleeper, now=later),
        lambda: jobs.heartbeat(sleeper, now=later),
        lambda: jobs.progress(sleeper, cursor=5, now=later),
        lambda: jobs.reached(sleeper, cursor=5, now=later),
    ):
        with pytest.raises(leases.LeaseLostError):
            write()
    jobs.failed(sleeper, reason="late", now=later)
    job.refresh_from_db()
    assert (job.state, job.reason, job.cursor) == ("leased", "", 0)
    jobs.done(worker, now=later)
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("done", later)


@pytest.mark.django_db
def test_a_heartbeat_keeps_others_away():
    job = new_job()
    claim = jobs.claim(job_id=job.pk, now=NOW)
    jobs.heartbeat(claim, now=NOW + leases.LEASE)
    assert jobs.claim(job_id=job.pk, now=NOW + leases.LEASE + SECOND) is None


@pytest.mark.django_db
def test_a_failing_job_waits_longer_and_dies_with_its_reason():
    job = new_job()
    now, waits = NOW, []
    for attempt in range(1, jobs.PATIENCE.tries + 1):
        claim = jobs.claim(job_id=job.pk, now=now)
        dead = jobs.failed(claim, reason=f"ValueError: {attempt}", now=now)
        job.refresh_from_db()
        waits.append(job.next_at - now)
        now += timedelta(hours=2)
        assert dead is (attempt == jobs.PATIENCE.tries)
    assert (job.state, job.reason) == ("dead", "ValueError: 3")
    assert timedelta(seconds=4) < waits[0] < timedelta(seconds=6)
    assert timedelta(seconds=9) <= waits[1] <= timedelta(seconds=11)
    assert jobs.due_ids(now=now) == []
    assert jobs.revive(kind="test", key="a", now=now)
    assert jobs.due_ids(now=now) == [job.pk]


def _fail_again(job: Job, *, now: datetime, report=None) -> bool:
    """One more round: claimed when it is due, some work reported, failed. True when it died."""
    claim = jobs.claim(job_id=job.pk, now=now)
    assert claim is not None
    if report is not None:
        report(claim, now=now)
    return jobs.failed(claim, reason="ValueError: poison", now=now)


@pytest.mark.django_db
def test_progress_forgives_earlier_attempts():
    job = new_job()
    hours = [NOW + timedelta(hours=2 * n) for n in range(8)]
    assert not _fail_again(job, now=hours[0])
    assert not _fail_again(job, now=hours[1])
    # The third try gets further before it fails: that is the first failure at the new place.
    further = lambda claim, now: jobs.progress(claim, cursor=500, now=now)  # noqa: E731
    assert not _fail_again(job, now=hours[2], report=further)
    assert not _fail_again(job, now=hours[3])
    assert _fail_again(job, now=hours[4])
    job.refresh_from_db()
    assert (job.cursor, job.state) == (500, "dead")


@pytest.mark.django_db
def test_how_far_work_got_that_begins_anew_forgives_nothing():
    job = new_job()
    shown = lambda claim, now: jobs.reached(claim, cursor=500, now=now)  # noqa: E731
    deaths = [
        _fail_again(job, now=NOW + timedelta(hours=2 * n), report=shown)
        for n in range(jobs.PATIENCE.tries)
    ]
    assert deaths == [False] * (jobs.PATIENCE.tries - 1) + [True]
    job.refresh_from_db()
    assert (job.cursor, job.state) == (500, "dead")


@pytest.mark.django_db
def test_a_job_that_kills_every_worker_is_deadly_in_the_end():
    job = new_job()
    now = NOW
    for _ in range(jobs.PATIENCE.kills):
        claim = jobs.claim(job_id=job.pk, now=now)
        assert not claim.is_deadly
        jobs.reached(claim, cursor=7, now=now)
        now += leases.LEASE + SECOND
    claim = jobs.claim(job_id=job.pk, now=now)
    assert claim.is_deadly
    assert jobs.failed(claim, reason="its worker died", now=now) is True
