"""Once a day what is kept no longer goes, and what somebody still needs does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from accounts.models import ImportRun, InboxBatch, InboxReceipt, Job
from cs_platform.demo.reset import LOADED
from cs_platform.scheduling import purge
from cs_platform.scheduling.job_runner import run_job
from cs_platform.scheduling.periodic import insert_due
from tests.accounts.bulk import USAGE, make_key, post, usage
from tests.times import before_now, now

pytestmark = pytest.mark.django_db


def old() -> datetime:
    return now() - purge.WORK_KEPT - timedelta(hours=1)


def forget() -> None:
    """The slot of the day, worked by whoever takes it."""
    Job.objects.filter(kind=purge.JOB_KIND).delete()
    purge.ask(now=now())
    assert run_job(Job.objects.get(kind=purge.JOB_KIND, state="new").pk)


def job(
    key: str, state: str = "done", *, kind: str = "plays.advance", at: datetime | None = None
) -> None:
    ended = (at or old()) if state in ("done", "dead") else None
    Job.objects.create(kind=kind, key=key, state=state, next_at=now(), finished_at=ended)


def test_finished_jobs_go_and_all_others_stay():
    job("long done")
    job("done of late", at=now())
    job("given up", "dead")
    job("still to do", "new")
    job("company", kind=LOADED)  # says that the demo company is complete
    forget()
    kept = Job.objects.exclude(kind=purge.JOB_KIND).values_list("key", flat=True)
    assert sorted(kept) == ["company", "done of late", "given up", "still to do"]


def test_a_slot_is_not_made_again_after_its_job_is_forgotten():
    insert_due(now=now())
    Job.objects.exclude(kind=purge.JOB_KIND).update(state="done", finished_at=now())
    made = set(Job.objects.values_list("kind", "key"))
    forget()
    insert_due(now=now())
    assert set(Job.objects.values_list("kind", "key")) == made


def test_answers_are_replayed_for_a_day():
    token = make_key()
    post(USAGE, [], token, Idempotency_Key="old")
    InboxReceipt.objects.update(received_at=before_now(hours=25))
    post(USAGE, [], token, Idempotency_Key="new")
    forget()
    assert list(InboxReceipt.objects.values_list("key", flat=True)) == ["new"]


def test_the_body_of_a_batch_is_kept_until_it_is_in_for_good():
    """One that was given up may be retried; one that waits has been promised with a 202."""
    token = make_key()
    for _ in range(4):
        post(USAGE, [usage()], token, Prefer="respond-async")
    done, dead, new, recent = InboxBatch.objects.order_by("id")
    for batch, state in ((done, "done"), (dead, "dead"), (recent, "done")):
        ended = {"state": state, "finished_at": old()}
        Job.objects.filter(kind="inbox.batch", key=str(batch.id)).update(**ended)
    InboxBatch.objects.exclude(id=recent.id).update(received_at=old())
    forget()
    kept = InboxBatch.objects.order_by("id").values_list("id", flat=True)
    assert list(kept) == [dead.id, new.id, recent.id]
    assert ImportRun.objects.count() == 4, "the record of what came in stays"


def test_sessions_go_when_they_have_run_out(client):
    Session.objects.create(session_key="a", session_data="", expire_date=before_now(minutes=1))
    Session.objects.create(session_key="b", session_data="", expire_date=now() + timedelta(hours=1))
    forget()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["b"]
