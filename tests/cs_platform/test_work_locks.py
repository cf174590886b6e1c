"""While somebody makes the database, background work waits and nothing of it is lost."""

from contextlib import contextmanager

import psycopg2
import pytest
from django.db import connection

from accounts.models import Account, DirtyAccount, Job
from accounts.work import jobs
from cs_platform.runtime.work_locks import PREPARING
from cs_platform.scheduling.job_runner import run_job
from cs_platform.scheduling.periodic import insert_due
from cs_platform.scheduling.queues import BY_NAME
from tests.times import now


@contextmanager
def somebody_prepares():
    other = psycopg2.connect(**connection.get_connection_params())
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        yield
        with other.cursor() as cursor:  # a closed session keeps it until the server notices
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])
    finally:
        other.close()


@pytest.fixture
def marked(db):
    account = Account.objects.create(external_id="A-1", name="Brass Lantern")
    DirtyAccount.objects.create(account=account)


def test_queues_jobs_and_the_clock_wait_until_it_is_over(marked):
    jobs.enqueue(kind="plays.advance", key="now", next_at=now())
    job = Job.objects.get()
    with somebody_prepares():
        assert BY_NAME["dirty"].run() == 0
        assert run_job(job.pk) is False
        insert_due(now=now())
        assert (DirtyAccount.objects.count(), Job.objects.count()) == (1, 1)

    assert BY_NAME["dirty"].run() == 1
    assert run_job(job.pk) is True
