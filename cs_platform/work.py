"""Runs a job by its row: claim it, keep the lease alive, finish or say why not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType

from django.db import DatabaseError, connection

from accounts import clock, jobs
from accounts.api import inbox
from cs_platform import logs, nights, uploads
from cs_platform.operations.actions import INVARIANTS_KIND, record_invariants
from cs_platform.previews import job as previews
from cs_platform.work_locks import is_being_prepared
from metrics.snapshots import take_snapshots
from playbooks.firing import advance_plays

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handler:
    run: Callable[[jobs.Claim], None]
    give_up: Callable[..., None] | None = None


def _advance_plays(claim: jobs.Claim) -> None:
    advance_plays(limit=10_000, now=clock.now())


def _refresh_report(claim: jobs.Claim) -> None:
    take_snapshots(day=date.fromisoformat(claim.payload["day"]))


def _ask_invariants(claim: jobs.Claim) -> None:
    record_invariants(day=clock.today(), now=datetime.now(UTC), by_id=claim.payload["by"])


HANDLERS = {
    nights.JOB_KIND: Handler(nights.run_step, nights.give_up),
    "plays.advance": Handler(_advance_plays),
    "metrics.refresh": Handler(_refresh_report),
    INVARIANTS_KIND: Handler(_ask_invariants),
    inbox.JOB_KIND: Handler(inbox.work_batch, inbox.give_up),
    previews.JOB_KIND: Handler(previews.work_preview, previews.give_up),
    uploads.READ: Handler(uploads.work_reading, uploads.give_up_reading),
    uploads.CHECK: Handler(uploads.work_check, uploads.give_up_check),
    uploads.IMPORT: Handler(uploads.work_import, uploads.give_up_import),
    uploads.FORGET: Handler(uploads.work_forgetting),
}


def run_job(job_id: int) -> bool:
    """False when there was nothing to do: done, not due, or somebody else was quicker."""
    if is_being_prepared():
        return False
    claim = jobs.claim(job_id=job_id, now=datetime.now(UTC))
    if claim is None:
        return False
    with logs.doing(job=claim.job_id):
        _run(claim)
    return True


def _run(claim: jobs.Claim) -> None:
    try:
        with _Heartbeat(claim):
            HANDLERS[claim.kind].run(claim)
        jobs.done(claim, now=datetime.now(UTC))
    except jobs.LeaseLostError:
        log.warning("job %s was taken over by another worker", claim.job_id)
    except Exception as error:  # noqa: BLE001 -- any failure belongs to the job, not to the worker
        _failed(claim, error)


def _failed(claim: jobs.Claim, error: Exception) -> None:
    log.exception("job %s failed", claim.job_id, extra={"kind": claim.kind})
    reason = f"{type(error).__name__}: {error}"
    dead = jobs.failed(claim, reason=reason, now=datetime.now(UTC))
    handler = HANDLERS.get(claim.kind)
    if dead and handler and handler.give_up:
        handler.give_up(claim, reason=reason)


class _Heartbeat:
    """Extends the lease from a thread of its own while the work goes on."""

    def __init__(self, claim: jobs.Claim) -> None:
        self.claim = claim
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(jobs.HEARTBEAT_SECONDS):
                jobs.heartbeat(self.claim, now=datetime.now(UTC))
        except jobs.LeaseLostError:
            log.warning("job %s lost its lease", self.claim.job_id)
        except DatabaseError:
            log.warning("job %s cannot extend its lease", self.claim.job_id)
        finally:
            connection.close()  # the connection of this thread
