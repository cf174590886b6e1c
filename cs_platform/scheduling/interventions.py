"""What CS ops may make the machinery do again. Each leaves an Intervention in its transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Job, OutboxMessage, User
from accounts.work import jobs, outbox
from cs_platform.models import Intervention
from cs_platform.scheduling.job_kinds import HANDLERS, INVARIANTS

Action = Intervention.Action


class NothingToDoError(RuntimeError):
    """Somebody was quicker, or it is not in the state it was shown in."""


def retry_job(*, job_id: int, by: User, now: datetime) -> Job:
    """A dead job tries again, from where it got to.

    Raises NothingToDoError for one that is not dead, and for one that has nothing left to do:
    that one is settled, so that nobody is alarmed by it any more.
    """
    with transaction.atomic():
        job = jobs.lock_dead(pk=job_id)
        if job is None:
            raise NothingToDoError("That job is not given up any more.")
        settled = _take_back_end(job)
        if settled:
            jobs.settle(kind=job.kind, key=job.key)
        else:
            jobs.revive(kind=job.kind, key=job.key, now=now)
        subject = f"{job.kind} {job.key}"
        _record_intervention(
            Action.RETRY_JOB, by=by, now=now, row_id=job_id, subject=subject, before=job.reason
        )
    if settled:
        raise NothingToDoError(f"{settled} The job is taken off this list.")
    return job


def _take_back_end(job: Job) -> str:
    """What it was given up for says so; a job that ran beside that would do nothing.

    Why nothing is left to do; empty where it may try again.
    """
    handler = HANDLERS.get(job.kind)
    if handler is None:
        raise NothingToDoError("This version does not know jobs of that kind.")
    if handler.end is None:
        return ""
    try:
        handler.end.revive(jobs.Claim.of(job))
    except jobs.SettledError as settled:
        return str(settled)
    return ""


def resend(*, message_id: int, by: User, now: datetime) -> OutboxMessage:
    """A dead letter goes out again with the same key, if it may still go out at all.

    Raises NothingToDoError for a message that is no dead letter.
    """
    with transaction.atomic():
        message: OutboxMessage = OutboxMessage.objects.select_for_update().get(pk=message_id)
        reason = message.reason
        if not outbox.revive(message_id=message_id, now=now):
            raise NothingToDoError("That message is no dead letter any more.")
        _record_intervention(
            Action.RESEND_MESSAGE, by=by, now=now, row_id=message_id,
            subject=message.key, before=reason,
        )  # fmt: skip
    return message


def ask_invariants(*, by: User, now: datetime) -> None:
    """As a job: on large data the questions take longer than a page may. Once a minute at most."""
    minute = now.replace(second=0, microsecond=0)
    with transaction.atomic():
        key = minute.isoformat()
        payload = {"by": by.pk}
        if not jobs.enqueue(kind=INVARIANTS, key=key, payload=payload, next_at=now):
            raise NothingToDoError("They were asked in this minute already.")
        _record_intervention(
            Action.ASK_INVARIANTS, by=by, now=now, row_id=None, subject=key, before=""
        )


def _record_intervention(
    action: Action, *, by: User, now: datetime, row_id: int | None, subject: str, before: str
) -> None:
    Intervention.objects.create(
        action=action, by=by, at=now, row_id=row_id, subject=subject[:240], before=before[:500]
    )
