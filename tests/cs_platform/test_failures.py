"""Errors are kept without their words: those of Postgres quote values, those of code may."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Contact, Job, Team
from accounts.work import jobs
from cs_platform.runtime.failures import in_safe_words
from cs_platform.scheduling import job_runner
from cs_platform.scheduling.job_kinds import HANDLERS, End, Handler

pytestmark = pytest.mark.django_db


def _twice(claim: jobs.Claim) -> None:
    with transaction.atomic():
        for _ in range(2):
            Team.objects.create(name="Canary Quill")


def _unfit(claim: jobs.Claim) -> None:
    Contact(name="Canary Quill", met_on="Canary Quill").full_clean()


def _plain(claim: jobs.Claim) -> None:
    raise KeyError("Canary Quill")


def _invalid(claim: jobs.Claim) -> None:
    with transaction.atomic():
        connection.cursor().execute("SELECT %s::date", ["Canary Quill"])


@pytest.mark.parametrize(
    ("fails", "kept"),
    [
        (_twice, "IntegrityError 23505 accounts_team_name_key (accounts_team) at tests/"),
        (_unfit, "ValidationError at tests/"),
        (_plain, "KeyError at tests/cs_platform/test_failures.py:"),
        (_invalid, "DataError 22007 at tests/"),
    ],
)
def test_a_job_keeps_what_failed_and_never_what_it_said(monkeypatch, fails, kept):
    told: list[str] = []

    def give_up(claim: jobs.Claim, *, reason: str) -> None:
        told.append(reason)

    monkeypatch.setitem(HANDLERS, "test", Handler(fails, End(give_up, lambda claim: None)))
    now = datetime.now(UTC)
    jobs.enqueue(kind="test", key="a", next_at=now)
    Job.objects.update(attempts=jobs.PATIENCE.tries - 1)
    job_runner.run_job(Job.objects.get().pk)
    job = Job.objects.get()
    assert (job.state, told) == ("dead", [job.reason])
    assert job.reason.startswith(kept)
    assert "Canary" not in job.reason


def test_an_error_that_was_never_raised_is_its_class():
    assert in_safe_words(IntegrityError("Canary Quill")) == "IntegrityError"
