"""Retry on Operations: what was given up is taken up again, or the page says why it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, FileChunk, ImportFile, ImportRun, Job, UsageDay
from accounts.uploads import jobs as uploads
from accounts.work import jobs
from cs_platform.models import Intervention
from cs_platform.scheduling.job_runner import give_up_dead, run_job
from tests.accounts.bulk import make_key, post, usage
from tests.accounts.pages.test_imports import match, send, text, work
from tests.page_house import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client, house):
    sign_in(client, house.people["ops"])
    return client


def die(kind: str) -> Job:
    """As when its workers were killed again and again; whoever finds that gives it up."""
    job = Job.objects.filter(kind=kind).latest("pk")
    gone = datetime.now(UTC) - timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(
        state="leased", attempts=jobs.PATIENCE.kills, lease_until=gone, fence=job.fence + 1
    )
    assert run_job(job.pk) is True
    job.refresh_from_db()
    assert job.state == "dead"
    return job


def retry(client: Client, job: Job) -> str:
    return text(client.post(reverse("ops_job_retry", args=[job.pk]), follow=True))


def started(client: Client) -> ImportRun:
    send(client)
    match(client)
    client.post(reverse("imports_start", args=[ImportFile.objects.latest("pk").pk]))
    return ImportRun.objects.latest("pk")


def test_an_import_that_was_given_up_is_done_after_a_retry(ops):
    run = started(ops)
    job = die(uploads.IMPORT)
    run.refresh_from_db()
    assert (run.state, run.reason) == ("failed", "its worker died or hung 8 times")

    assert "The job tries again within seconds." in retry(ops, job)
    run.refresh_from_db()
    assert (run.state, run.finished_at, run.reason) == ("running", None, "")
    work()
    run.refresh_from_db()
    assert (run.state, run.updated, run.rejected) == ("done", 1, 1)


def test_an_accepted_batch_that_was_given_up_is_in_after_a_retry(ops):
    Account.objects.create(external_id="acme", name="Acme")
    answer = post("/api/v1/bulk/usage/", [usage()], make_key(), Prefer="respond-async")
    run = ImportRun.objects.get(pk=answer.json()["import"])
    job = die("inbox.batch")
    run.refresh_from_db()
    assert run.state == "failed"

    assert "The job tries again within seconds." in retry(ops, job)
    work()
    run.refresh_from_db()
    assert (run.state, run.created, UsageDay.objects.get().events) == ("done", 1, 5)


@pytest.mark.parametrize("kind", [uploads.READ, uploads.CHECK])
def test_a_file_that_was_given_up_is_read_or_checked_after_a_retry(ops, monkeypatch, kind):
    monkeypatch.setattr(uploads, "_SMALL_BYTES", 0)
    monkeypatch.setattr(uploads, "_SMALL_ROWS", 0)
    send(ops)
    if kind == uploads.CHECK:
        work()
        match(ops)
    file = ImportFile.objects.get()
    at_work = file.state
    job = die(kind)
    file.refresh_from_db()
    assert (at_work, file.state) in {("reading", "refused"), ("checking", "ready")}

    retry(ops, job)
    work()
    file.refresh_from_db()
    assert (at_work, file.state) in {("reading", "ready"), ("checking", "checked")}


def test_a_retry_that_could_do_nothing_is_refused_in_words(ops):
    run = started(ops)
    job = die(uploads.IMPORT)
    FileChunk.objects.all().delete()
    ImportFile.objects.update(forgotten_at=datetime.now(UTC))
    assert "The rows of that file are forgotten: upload it again." in retry(ops, job)
    job.refresh_from_db()
    run.refresh_from_db()
    assert (job.state, job.reason, run.state) == ("done", run.reason, "failed")
    assert Intervention.objects.get().before == run.reason
    assert "No job was given up" in text(ops.get("/ops/jobs/?view=dead"))


def test_a_job_no_version_of_ours_knows_is_not_offered_again(ops):
    now = datetime.now(UTC)
    job = Job.objects.create(
        kind="unheard.of", key="1", state="dead", next_at=now, finished_at=now, reason="KeyError"
    )
    page = text(ops.get("/ops/jobs/?view=dead"))
    assert "Unheard of" in page
    assert reverse("ops_job_retry", args=[job.pk]) not in page
    assert "This version does not know jobs of that kind." in retry(ops, job)


def test_whoever_died_without_its_end_is_given_up_by_the_sweep(ops):
    run = started(ops)
    now = datetime.now(UTC)
    Job.objects.filter(kind=uploads.IMPORT).update(
        state="dead", finished_at=now, reason="ValueError: no"
    )
    for _ in range(2):
        give_up_dead(now=now)
    run.refresh_from_db()
    assert (run.state, run.reason) == ("failed", "ValueError: no")
