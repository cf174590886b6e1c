"""What the broker rings: ids in, one call. Rows decide whether there is anything to do."""

from __future__ import annotations

from datetime import UTC, datetime

from celery import shared_task

from cs_platform import pumps, slots, work
from cs_platform.models import Pulse


@shared_task
def tick() -> None:
    now = datetime.now(UTC)
    slots.insert_due(now=now)
    # A tick that arrives says that beat, the broker and a worker are alive.
    Pulse.objects.update_or_create(process="worker", defaults={"beat_at": now})


@shared_task
def run_jobs(job_ids: list[int]) -> int:
    return sum(work.run_job(job_id) for job_id in job_ids)


@shared_task
def pump(name: str) -> int:
    return pumps.BY_NAME[name].run()
