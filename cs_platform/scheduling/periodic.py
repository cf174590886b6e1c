"""What is due by the clock, as rows. Any number of beats may ask: a slot is made once."""

from __future__ import annotations

from datetime import datetime

from accounts.loading.due_ledgers import overdue_runs
from accounts.work import jobs
from cs_platform.runtime.work_locks import is_being_prepared
from cs_platform.scheduling import job_runner, purge, schedule
from cs_platform.scheduling.job_kinds import LEDGERS, SURVEYS
from metrics.snapshots import day_to_refresh


def insert_due(*, now: datetime) -> None:
    """`now` is real time: an installation frozen on a past day has no nights, but has work."""
    if is_being_prepared():
        return
    minute = now.replace(second=0, microsecond=0)
    jobs.enqueue(kind="plays.advance", key=minute.isoformat(), next_at=minute)
    jobs.enqueue(kind=SURVEYS, key=minute.isoformat(), next_at=minute)
    purge.ask(now=now)
    _refresh_report(now)
    _derive_ledgers(now)
    job_runner.give_up_dead(now=now)
    schedule.resume(now=now)


def _derive_ledgers(now: datetime) -> None:
    """What imports have left due whose worker was killed."""
    if overdue_runs(real_now=now):
        minute = now.replace(second=0, microsecond=0)
        jobs.enqueue(kind=LEDGERS, key=minute.isoformat(), next_at=minute)


def _refresh_report(now: datetime) -> None:
    """Once a quarter of an hour at most: what changed below the report's day is stored again."""
    day = day_to_refresh()
    if day is not None:
        slot = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
        jobs.enqueue(
            kind="metrics.refresh",
            key=slot.isoformat(),
            payload={"day": day.isoformat()},
            next_at=slot,
        )
