"""What the broker rings: ids in, one call. Rows decide whether there is anything to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from celery import shared_task
from django.conf import settings

from accounts.work import jobs
from cs_platform.models import Pulse
from cs_platform.scheduling import job_runner, periodic, queues

HUNG = timedelta(seconds=settings.TICK_SECONDS / 2)  # a dispatcher sweeps every three seconds
JOBS_A_RING = 5
RING_SECONDS = 60  # a ring that nobody answered is void: the next tick rings again


@shared_task
def tick() -> None:
    now = datetime.now(UTC)
    periodic.insert_due(now=now)
    # A tick that arrives says that beat, the broker and a worker are alive.
    Pulse.objects.update_or_create(process="worker", defaults={"beat_at": now})
    if not Pulse.objects.filter(process="dispatcher", beat_at__gt=now - HUNG).exists():
        _ring_instead(now=now)


def _ring_instead(*, now: datetime) -> None:
    """For a dispatcher that is away or hangs. What it has rung as well is worked once."""
    for waiting in queues.PUMPS:
        if waiting.head() is not None:
            pump.apply_async(args=(waiting.name,), expires=RING_SECONDS)
    due = jobs.due_ids(now=now)
    for n in range(0, len(due), JOBS_A_RING):
        run_jobs.apply_async(args=(due[n : n + JOBS_A_RING],), expires=RING_SECONDS)


@shared_task
def run_jobs(job_ids: list[int]) -> int:
    return sum(job_runner.run_job(job_id) for job_id in job_ids)


@shared_task
def pump(name: str) -> int:
    return queues.BY_NAME[name].run()
