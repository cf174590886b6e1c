"""What the broker rings: ids in, one call. Rows decide whether there is anything to do."""

from __future__ import annotations

from datetime import UTC, datetime

from celery import shared_task

from cs_platform import pumps, slots, work


@shared_task
def tick() -> None:
    slots.insert_due(now=datetime.now(UTC))


@shared_task
def run_jobs(job_ids: list[int]) -> int:
    return sum(work.run_job(job_id) for job_id in job_ids)


@shared_task
def pump(name: str) -> int:
    return pumps.BY_NAME[name].run()
