"""What the rows say about the machinery: the one answer that /metrics and /ops/ both show.

Counts stop at a cap, and each question reads an index of what is open, not the whole past.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from accounts.models import Installation, Job, OutboxMessage
from accounts.work import jobs
from cs_platform.models import InvariantRun, Pulse, StepRun
from cs_platform.scheduling import schedule
from health.models import SourceFeed

CAP = 10_000
SILENT = timedelta(seconds=90)  # a dispatcher sweeps every 3 s, beat ticks every 30 s
JobState, MessageState = Job.State, OutboxMessage.State


@dataclass(frozen=True, slots=True)
class JobCount:
    kind: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Night:
    """The latest night that was worked on. `seconds` adds up its shards: work, not waiting."""

    day: date
    open_steps: int
    failures: int
    seconds: float
    begun_at: datetime
    finished_at: datetime | None
    closed_through: date | None
    next_at: datetime | None

    @property
    def is_through(self) -> bool:
        return self.open_steps == 0


@dataclass(frozen=True, slots=True)
class Alive:
    process: str
    seen_at: datetime | None
    seconds: float | None
    is_silent: bool


@dataclass(frozen=True, slots=True)
class QueueLength:
    """How many wait, and since when the first of them."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class SystemStatus:
    at: datetime
    today: date
    jobs: tuple[JobCount, ...]
    due: QueueLength
    dirty: QueueLength  # accounts
    messages: QueueLength  # also those for later; `oldest` is due
    dead_messages: int
    night: Night | None
    invariants: InvariantRun | None
    alive: tuple[Alive, ...]
    broker_answers: bool | None
    sources: tuple[SourceFeed, ...]

    def jobs_in(self, *states: str) -> int:
        return sum(row.count for row in self.jobs if row.state in states)


def reading(*, now: datetime) -> SystemStatus:
    """`now` is real time: leases and queues do not know of a frozen day."""
    installation = Installation.current()
    pulses = {pulse.process: pulse for pulse in Pulse.objects.all()}
    dispatcher = pulses.get("dispatcher")
    # Uses index: outbox_kept_back
    dead_messages = OutboxMessage.objects.filter(state=MessageState.DEAD)[:CAP].count()
    return SystemStatus(
        at=now,
        today=now.astimezone(installation.zone).date(),
        jobs=_job_counts(),
        due=_due_jobs(now),
        dirty=_dirty_accounts(),
        messages=_message_queue(now),
        dead_messages=dead_messages,
        night=_latest_night(now, installation),
        invariants=InvariantRun.objects.order_by("-asked_at", "-pk").first(),
        alive=tuple(_alive_state(name, pulses.get(name), now) for name in ("dispatcher", "worker")),
        broker_answers=dispatcher.broker_answers if dispatcher else None,
        sources=tuple(SourceFeed.objects.order_by("source")),
    )


def _alive_state(process: str, pulse: Pulse | None, now: datetime) -> Alive:
    if pulse is None:
        return Alive(process, None, None, is_silent=True)
    ago = now - pulse.beat_at
    return Alive(process, pulse.beat_at, max(ago.total_seconds(), 0.0), is_silent=ago > SILENT)


def _capped_rows(rows: QuerySet[Job]) -> QuerySet[Job]:
    return rows.filter(pk__in=rows.order_by().values("pk")[:CAP])


def _job_counts() -> tuple[JobCount, ...]:
    # Uses index: job_due, job_finished
    waiting = Job.objects.filter(state__in=(JobState.NEW, JobState.LEASED))
    dead = Job.objects.filter(state=JobState.DEAD)
    found = [
        *_capped_rows(waiting).values_list("kind", "state").annotate(Count("pk")),
        *_capped_rows(dead).values_list("kind", "state").annotate(Count("pk")),
    ]
    return tuple(JobCount(*row) for row in sorted(found))


def _due_jobs(now: datetime) -> QueueLength:
    found = jobs.due(now=now).aggregate(count=Count("pk"), oldest=Min("next_at"))
    return QueueLength(found["count"], found["oldest"])


def _dirty_accounts() -> QueueLength:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT account_id), min(marked_at) FROM"
            " (SELECT account_id, marked_at FROM accounts_dirtyaccount ORDER BY id LIMIT %s) d",
            [CAP],
        )
        return QueueLength(*cursor.fetchone())


def _message_queue(now: datetime) -> QueueLength:
    # Uses index: outbox_due
    waiting = OutboxMessage.objects.filter(state__in=(MessageState.NEW, MessageState.LEASED))
    is_due = Q(next_at__lte=now)
    found = waiting.aggregate(count=Count("pk"), oldest=Min("next_at", filter=is_due))
    return QueueLength(found["count"], found["oldest"])


def _latest_night(now: datetime, installation: Installation) -> Night | None:
    day = StepRun.objects.aggregate(day=Max("day"))["day"]
    if day is None:
        return None
    found = StepRun.objects.filter(day=day).aggregate(
        open=Count("pk", filter=Q(finished_at=None)),
        failures=Count("pk", filter=~Q(failure="")),
        seconds=Sum("seconds"),
        begun=Min("planned_at"),
        finished=Max("finished_at"),
    )
    return Night(
        day=day,
        open_steps=found["open"],
        failures=found["failures"],
        seconds=found["seconds"] or 0.0,
        begun_at=found["begun"],
        finished_at=None if found["open"] else found["finished"],
        closed_through=schedule.latest_closed_day(),
        next_at=schedule.next_closing(now=now, installation=installation),
    )
