"""Runs a job by its row: claim it, keep the lease alive, finish or say why not."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from accounts.work import jobs
from accounts.work.leases import Heartbeat, LeaseLostError
from cs_platform.runtime import logs
from cs_platform.runtime.failures import in_safe_words
from cs_platform.runtime.work_locks import is_being_prepared
from cs_platform.scheduling.job_kinds import ENDED, HANDLERS

log = logging.getLogger(__name__)


# So far back, and so many at once, the sweep looks for what died without its end.
_SWEPT_BACK, _SWEPT_AT_ONCE = timedelta(days=1), 200


def run_job(job_id: int) -> bool:
    """False when there was nothing to do: done, not due, or somebody else was quicker."""
    if is_being_prepared():
        return False
    claim = jobs.claim(job_id=job_id, now=datetime.now(UTC))
    if claim is None:
        return False
    with logs.doing(job=claim.job_id):
        if claim.is_deadly:
            _fail_job(claim, reason=f"its worker died or hung {jobs.PATIENCE.kills} times")
        else:
            _run_under_lease(claim)
    return True


def give_up_dead(*, now: datetime) -> None:
    """For jobs whose end could not be written with them: somebody would wait for ever."""
    recent = jobs.dead_ids(kinds=ENDED, since=now - _SWEPT_BACK, limit=_SWEPT_AT_ONCE)
    for job_id in recent:
        with transaction.atomic():
            job = jobs.lock_dead(pk=job_id)
            if job is not None:
                _give_up(jobs.Claim.of(job), reason=job.reason)


def _run_under_lease(claim: jobs.Claim) -> None:
    try:
        with Heartbeat(lambda: _beat_lease(claim), name=f"job {claim.job_id}"):
            HANDLERS[claim.kind].run(claim)
        jobs.done(claim, now=datetime.now(UTC))
    except LeaseLostError:
        log.warning("job %s was taken over by another worker", claim.job_id)
    except Exception as error:
        # Whatever a handler raises is a failure of its job, which keeps the reason.
        if _has_lost_connection(error):
            log.warning("the database went away under job %s", claim.job_id)
            connection.close()
            jobs.release(claim, now=datetime.now(UTC))
            return
        # Whatever a handler raises is the job's: it is tried again or given up, the worker lives.
        log.exception("job %s failed", claim.job_id, extra={"kind": claim.kind})
        _fail_job(claim, reason=in_safe_words(error))


def _beat_lease(claim: jobs.Claim) -> None:
    jobs.heartbeat(claim, now=datetime.now(UTC))


def _has_lost_connection(error: Exception) -> bool:
    """Then whatever was raised says nothing about the job, and nothing can be written on it.

    Where a commit did not get through, Django has connected anew by now: the error tells.
    """
    if connection.in_atomic_block:
        return False
    is_open = connection.connection is not None
    return (is_open and not connection.is_usable()) or _tells_of_a_lost_connection(error)


def _tells_of_a_lost_connection(error: Exception) -> bool:
    """Without a code, or that of a server that shuts down or of a connection that broke."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    code = getattr(error.__cause__, "pgcode", None) or "08"
    return code.startswith(("08", "57P0"))


def _fail_job(claim: jobs.Claim, *, reason: str) -> None:
    """A job that dies and what people see of it, together: a kill in between leaves neither."""
    with transaction.atomic():
        if jobs.failed(claim, reason=reason, now=datetime.now(UTC)):
            _give_up(claim, reason=reason)


def _give_up(claim: jobs.Claim, *, reason: str) -> None:
    handler = HANDLERS.get(claim.kind)
    if handler is None or handler.end is None:
        return
    try:
        with transaction.atomic():
            handler.end.give_up(claim, reason=reason)
    except Exception as error:
        if isinstance(error, (DatabaseError, InterfaceError)) and not connection.is_usable():
            raise  # nothing can be written any more, not even that the job is dead
        # The job is dead all the same; the sweep gives it up again.
        log.exception("the end of job %s could not be written", claim.job_id)
