"""Jobs are rows: enqueue once, claim with a lease and a fence, finish, fail, die with a reason.

Times are real time, passed in as `now`: leases must run out even where "today" is frozen.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet, Value
from django.db.models.functions import Concat, Left

from accounts.models import Job

LEASE = timedelta(seconds=settings.JOB_LEASE)
HEARTBEAT_SECONDS = settings.JOB_LEASE / 4
MAX_ATTEMPTS = 3
MAX_KILLS = 8  # leases that ran out: a job may be innocent of its worker's death
_BACK_OFF = timedelta(seconds=5)
_REASON = 500  # characters kept


class LeaseLostError(RuntimeError):
    """Somebody else works on the job now: whatever this process was about to write is void."""


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
        return self.attempts > MAX_KILLS


def enqueue(
    *, kind: str, key: str, next_at: datetime, payload: dict[str, Any] | None = None
) -> bool:
    """False when (kind, key) exists already, done or not: a job is made once for ever."""
    _, created = Job.objects.get_or_create(
        kind=kind, key=key, defaults={"payload": payload or {}, "next_at": next_at}
    )
    return created


def due(*, now: datetime) -> QuerySet[Job]:
    """New and ripe, or leased by somebody whose lease has run out."""
    # Uses index: job_due
    return Job.objects.filter(
        Q(state=Job.State.NEW, next_at__lte=now) | Q(state=Job.State.LEASED, lease_until__lt=now)
    )


def due_ids(*, now: datetime, limit: int = 200) -> list[int]:
    return list(due(now=now).order_by("next_at", "pk").values_list("pk", flat=True)[:limit])


def oldest_due(*, now: datetime) -> datetime | None:
    oldest: datetime | None = due(now=now).aggregate(oldest=Min("next_at"))["oldest"]
    return oldest


def claim(*, job_id: int, now: datetime) -> Claim | None:
    """None when it is not due any more: another worker was quicker, which is no error."""
    with transaction.atomic():  # the fence read is the one written, however long we are held up
        claimed = due(now=now).filter(pk=job_id).update(
            state=Job.State.LEASED,
            lease_until=now + LEASE,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
        )  # fmt: skip
        if not claimed:
            return None
        return Claim.of(Job.objects.get(pk=job_id))


def _held(claim: Claim) -> QuerySet[Job]:
    return Job.objects.filter(pk=claim.job_id, fence=claim.fence, state=Job.State.LEASED)


def heartbeat(claim: Claim, *, now: datetime) -> None:
    if not _held(claim).update(lease_until=now + LEASE):
        raise LeaseLostError(f"{claim.kind} {claim.key}")


def progress(claim: Claim, *, cursor: int, now: datetime) -> None:
    """For work that goes on at its cursor: written in the transaction of the work itself.

    Getting further forgives earlier attempts; this one is the first from here on.
    """
    moved = _held(claim).update(cursor=cursor, attempts=1, lease_until=now + LEASE)
    if not moved:
        raise LeaseLostError(f"{claim.kind} {claim.key}")


def reached(claim: Claim, *, cursor: int, now: datetime) -> None:
    """For work that begins anew each time: people see how far it is, and nothing is forgiven,
    or what fails half-way would be tried for ever."""
    if not _held(claim).update(cursor=cursor, lease_until=now + LEASE):
        raise LeaseLostError(f"{claim.kind} {claim.key}")


def done(claim: Claim, *, now: datetime) -> None:
    finished = _held(claim).update(
        state=Job.State.DONE, lease_until=None, finished_at=now, reason=""
    )
    if not finished:
        raise LeaseLostError(f"{claim.kind} {claim.key}")


def failed(claim: Claim, *, reason: str, now: datetime) -> bool:
    """Tries again later; True when that was the last attempt and the job is dead now."""
    # The row's, not the claim's: progress made since the claim counts.
    attempts = _held(claim).values_list("attempts", flat=True).first()
    if attempts is None:
        return False
    dead = attempts >= MAX_ATTEMPTS
    if dead:
        changes: dict[str, Any] = {"state": Job.State.DEAD, "finished_at": now}
    else:
        changes = {"state": Job.State.NEW, "next_at": now + back_off(attempts)}
    marked = _held(claim).update(lease_until=None, reason=reason[:_REASON], **changes)
    return dead and bool(marked)


def release(claim: Claim, *, now: datetime) -> None:
    """Due again at once, for work that was cut off by no fault of its own.

    The attempt stays counted: a job that cuts off whoever works on it is not tried for ever.
    """
    _held(claim).update(state=Job.State.NEW, lease_until=None, next_at=now)


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
    return bool(
        Job.objects.filter(kind=kind, key=key, state=Job.State.DEAD).update(
            state=Job.State.NEW, attempts=0, next_at=now, finished_at=None
        )
    )


def settle(*, kind: str, key: str, because: str = "") -> None:
    """A dead job with nothing left to do is nobody's worry any more; its reason stays.

    `because`: what did its work, where no person took it off the list.
    """
    dead = Job.objects.filter(kind=kind, key=key, state=Job.State.DEAD)
    note = f" (settled: {because})" if because else ""
    dead.update(
        state=Job.State.DONE, reason=Concat(Left("reason", _REASON - len(note)), Value(note))
    )


def forget_done(*, kinds: Collection[str], before: datetime) -> int:
    """What was given up stays until somebody has looked at it."""
    # Uses index: job_finished
    done = Job.objects.filter(state=Job.State.DONE, finished_at__lt=before, kind__in=kinds)
    return done.delete()[0]


def back_off(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s …, up to an hour, ± 10 % so that failures do not march in step."""
    seconds = min(_BACK_OFF.total_seconds() * 2 ** max(attempts - 1, 0), 3600)
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311 -- no secret
