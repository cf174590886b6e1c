"""Jobs are rows: enqueued once, held under a lease, finished, or given up with a reason.

Times are real time, passed in as `now`: a job does not know of a frozen day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, QuerySet, Value
from django.db.models.functions import Concat, Left

from accounts.models import Job
from accounts.work import leases
from accounts.work.leases import REASON_LENGTH, LeaseLostError, Patience


def _retry_delay(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s …, up to an hour."""
    return timedelta(seconds=min(5 * 2 ** max(attempts - 1, 0), 3600))


PATIENCE = Patience(tries=3, kills=8, wait=_retry_delay)


class SettledError(RuntimeError):
    """A job that was given up has nothing left to take up again; one sentence for people."""


@dataclass(frozen=True, slots=True)
class Claim:
    job_id: int
    kind: str
    key: str
    payload: dict[str, Any]
    fence: int
    attempts: int

    @classmethod
    def of(cls, job: Job) -> Claim:
        return cls(job.pk, job.kind, job.key, job.payload, job.fence, job.attempts)

    @property
    def is_deadly(self) -> bool:
        """So many workers died over it that it is to fail without being tried once more."""
        return PATIENCE.is_deadly(self.attempts)


def enqueue(
    *, kind: str, key: str, next_at: datetime, payload: dict[str, Any] | None = None
) -> bool:
    """False when (kind, key) exists already, done or not: a job is made once for ever."""
    _, created = Job.objects.get_or_create(
        kind=kind, key=key, defaults={"payload": payload or {}, "next_at": next_at}
    )
    return created


def due(*, now: datetime) -> QuerySet[Job]:
    """New and ripe, or leased by a worker whose lease has run out."""
    # Uses index: job_due
    return leases.due(Job.objects.all(), now=now, real_now=now)


def due_ids(*, now: datetime, limit: int = 200) -> list[int]:
    return list(due(now=now).order_by("next_at", "pk").values_list("pk", flat=True)[:limit])


def oldest_due(*, now: datetime) -> datetime | None:
    oldest: datetime | None = due(now=now).aggregate(oldest=Min("next_at"))["oldest"]
    return oldest


def claim(*, job_id: int, now: datetime) -> Claim | None:
    """None when it is not due any more: another worker was quicker, which is no error."""
    job = leases.claim(due(now=now).filter(pk=job_id), real_now=now)
    return None if job is None else Claim.of(job)


def _held_job(claim: Claim) -> QuerySet[Job]:
    return leases.held(Job.objects.all(), pk=claim.job_id, fence=claim.fence)


def _must_hold(claim: Claim, *, was_held: bool) -> None:
    if not was_held:
        raise LeaseLostError(f"{claim.kind} {claim.key}")


def heartbeat(claim: Claim, *, now: datetime) -> None:
    _must_hold(claim, was_held=leases.extend(_held_job(claim), real_now=now))


def progress(claim: Claim, *, cursor: int, now: datetime) -> None:
    """For work that goes on at its cursor: written in the transaction of the work itself.

    Getting further forgives earlier attempts; this one is the first from here on.
    """
    moved = leases.extend(_held_job(claim), real_now=now, cursor=cursor, attempts=1)
    _must_hold(claim, was_held=moved)


def reached(claim: Claim, *, cursor: int, now: datetime) -> None:
    """For work that begins anew each time: people see how far it is, and nothing is forgiven,
    or what fails half-way would be tried for ever."""
    moved = leases.extend(_held_job(claim), real_now=now, cursor=cursor)
    _must_hold(claim, was_held=moved)


def done(claim: Claim, *, now: datetime) -> None:
    finished = leases.finish(_held_job(claim), state=Job.State.DONE, finished_at=now, reason="")
    _must_hold(claim, was_held=finished)


def failed(claim: Claim, *, reason: str, now: datetime) -> bool:
    """Tries again later; True when that was the last attempt and the job is dead now."""
    # The row's, not the claim's: progress made since the claim counts.
    attempts = _held_job(claim).values_list("attempts", flat=True).first()
    if attempts is None:
        return False
    reason = reason[:REASON_LENGTH]
    if attempts < PATIENCE.tries:
        leases.put_off(_held_job(claim), until=now + PATIENCE.back_off(attempts), reason=reason)
        return False
    return leases.finish(_held_job(claim), state=Job.State.DEAD, finished_at=now, reason=reason)


def release(claim: Claim, *, now: datetime) -> None:
    """Due again at once, for work that was cut off by no fault of its own.

    The attempt stays counted: a job that cuts off whoever works on it is not tried for ever.
    """
    leases.put_off(_held_job(claim), until=now)


def deaths(*, kind: str, keys: Collection[str]) -> dict[str, str]:
    """Why those of these jobs that are dead were given up, by key."""
    dead = Job.objects.filter(kind=kind, key__in=keys, state=Job.State.DEAD)
    return dict(dead.values_list("key", "reason"))


def dead(*, kind: str) -> list[Claim]:
    # Uses index: job_finished
    return [Claim.of(job) for job in Job.objects.filter(state=Job.State.DEAD, kind=kind)]


def dead_ids(*, kinds: Collection[str], since: datetime, limit: int) -> list[int]:
    # Uses index: job_finished
    dead = Job.objects.filter(state=Job.State.DEAD, kind__in=kinds, finished_at__gte=since)
    return list(dead.order_by("-finished_at", "-pk").values_list("pk", flat=True)[:limit])


def lock_dead(**which: Any) -> Job | None:
    """In a transaction. None when it is not dead: nobody revives it while it is looked at."""
    return Job.objects.select_for_update().filter(state=Job.State.DEAD, **which).first()


def revive(*, kind: str, key: str, now: datetime) -> bool:
    """A dead job tries again, after somebody has removed the reason."""
    return leases.revive(Job.objects.filter(kind=kind, key=key), now=now, finished_at=None)


def settle(*, kind: str, key: str, because: str = "") -> None:
    """A dead job with nothing left to do is nobody's worry any more; its reason stays.

    `because`: what did its work, where no person took it off the list.
    """
    dead = Job.objects.filter(kind=kind, key=key, state=Job.State.DEAD)
    note = f" (settled: {because})" if because else ""
    dead.update(
        state=Job.State.DONE, reason=Concat(Left("reason", REASON_LENGTH - len(note)), Value(note))
    )


def forget_done(*, kinds: Collection[str], before: datetime) -> int:
    """What was given up stays until somebody has looked at it."""
    # Uses index: job_finished
    done = Job.objects.filter(state=Job.State.DONE, finished_at__lt=before, kind__in=kinds)
    return done.delete()[0]
