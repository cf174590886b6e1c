"""What messages of the broker start: ids in, one call. Rows decide whether there is work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from celery import shared_task
from django.conf import settings

from accounts.work import jobs
from cs_platform.models import Pulse
from cs_platform.scheduling import job_runner, periodic, queues

HUNG = timedelta(seconds=settings.TICK_SECONDS / 2)  # a dispatcher sweeps every three seconds
JOBS_A_MESSAGE = 5
MESSAGE_SECONDS = 60  # a message nobody took expires: the next tick sends one


@shared_task
def tick() -> None:
    now = datetime.now(UTC)
    periodic.insert_due(now=now)
    # A tick that arrives says that beat, the broker and a worker are alive.
    Pulse.objects.update_or_create(process="worker", defaults={"beat_at": now})
    if not Pulse.objects.filter(process="dispatcher", beat_at__gt=now - HUNG).exists():
        _send_instead(now=now)


def _send_instead(*, now: datetime) -> None:
    """For a dispatcher that is away or hangs. What it has sent as well is worked once."""
    for waiting in queues.QUEUES:
        if waiting.head() is not None:
            run_queue.apply_async(args=(waiting.name,), expires=MESSAGE_SECONDS)
    due = jobs.due_ids(now=now)
    for n in range(0, len(due), JOBS_A_MESSAGE):
        run_jobs.apply_async(args=(due[n : n + JOBS_A_MESSAGE],), expires=MESSAGE_SECONDS)


@shared_task
def run_jobs(job_ids: list[int]) -> int:
    return sum(job_runner.run_job(job_id) for job_id in job_ids)


@shared_task
def run_queue(name: str) -> int:
    return queues.BY_NAME[name].run()
