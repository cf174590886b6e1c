"""A batch accepted first and worked through afterwards: nothing lost, nothing doubled."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.api import inbox
from accounts.models import ImportRun, InboxBatch, Job, UsageDay
from accounts.work import jobs
from cs_platform.scheduling.job_runner import run_job
from tests.accounts.bulk import TICKETS, USAGE, make_key, post, usage
from tests.accounts.loading import account, load_raw

pytestmark = pytest.mark.django_db
ASYNC = {"Prefer": "respond-async"}


def _accepted(token, body, **headers):
    answer = post(USAGE, body, token, **ASYNC, **headers)
    assert answer.status_code == 202, answer.content
    return answer.json()["import"]


def _get(url, token):
    return Client().get(url, headers={"Authorization": f"Bearer {token}"})


def _asked(token, run_id):
    return _get(f"/api/v1/imports/{run_id}/", token)


def _work():
    for job_id in Job.objects.filter(kind=inbox.JOB_KIND).values_list("pk", flat=True):
        run_job(job_id)


def test_an_accepted_batch_is_stored_before_it_is_worked_through():
    load_raw("accounts", account())
    token = make_key()
    run_id = _accepted(token, [usage()])

    assert not UsageDay.objects.exists()
    assert json.loads(gzip.decompress(InboxBatch.objects.get().body)) == [usage()]
    assert _asked(token, run_id).json()["state"] == "running"

    _work()

    assert UsageDay.objects.get().events == 5
    told = _asked(token, run_id).json()
    assert (told["state"], told["created"], told["rejected"]) == ("done", 1, 0)


def test_refused_records_are_told_by_index_and_the_good_ones_kept():
    load_raw("accounts", account())
    token = make_key()
    run_id = _accepted(token, [usage(), usage("ghost"), usage(events=-1)])
    _work()

    told = _asked(token, run_id).json()
    assert (told["created"], told["rejected"]) == (1, 2)
    assert {(p["index"], p["field"]) for p in told["problems"]} == {(1, "account"), (2, "events")}


def test_a_repeat_is_told_by_the_index_of_the_first():
    load_raw("accounts", account())
    twice = post(USAGE, [usage(), usage("ghost"), usage(events=9)], make_key()).json()
    other = [account("a", name="One"), account("a", name="Two")]
    named = post(USAGE.replace("usage", "accounts"), other, make_key()).json()

    for record in (twice["records"][2], named["records"][1]):
        assert "is at index 0 already with other" in record["errors"][0]["message"]


def test_a_batch_that_cannot_be_read_fails_with_the_reason_and_stores_nothing():
    token = make_key()
    run_id = _accepted(token, b'[{"account": "acme"')
    _work()

    told = _asked(token, run_id).json()
    assert told["state"] == "failed"
    assert told["reason"]
    assert not UsageDay.objects.exists()


def test_a_repeated_job_and_a_repeated_request_change_nothing():
    load_raw("accounts", account())
    token = make_key()
    first = _accepted(token, [usage()], Idempotency_Key="batch-1")
    again = post(USAGE, [usage()], token, **ASYNC, Idempotency_Key="batch-1")
    assert (again.status_code, again.json()["import"]) == (202, first)
    assert InboxBatch.objects.count() == 1

    _work()
    job = Job.objects.get(kind=inbox.JOB_KIND)
    inbox.work_batch(jobs.Claim(job.pk, job.kind, job.key, job.payload, job.fence, 1))

    assert UsageDay.objects.get().events == 5
    assert ImportRun.objects.get().read == 1


def test_kinds_that_name_people_are_answered_at_once():
    load_raw("accounts", account())
    answer = post(TICKETS, [], make_key(), **ASYNC)
    assert answer.status_code == 200
    assert not InboxBatch.objects.exists()


def test_an_import_is_shown_to_the_key_that_sent_it_only():
    run_id = _accepted(make_key(), [])
    assert _get(f"/api/v1/imports/{run_id}/", make_key()).status_code == 404
    assert _get(f"/api/v1/imports/{run_id}/", "nonsense").status_code == 401


def test_a_batch_no_worker_can_finish_says_so():
    run_id = _accepted(make_key(), [usage()])
    job = Job.objects.get(kind=inbox.JOB_KIND)
    claim = jobs.Claim(job.pk, job.kind, job.key, job.payload, job.fence, 3)
    inbox.give_up(claim, reason="its worker died 8 times")
    run = ImportRun.objects.get(pk=run_id)
    assert (run.state, run.reason) == ("failed", "its worker died 8 times")
    assert run.finished_at <= datetime.now(UTC)
