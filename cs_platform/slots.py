"""What is due by the clock, as rows. Any number of beats may ask: a slot is made once."""

from __future__ import annotations

from datetime import datetime

from accounts import jobs
from cs_platform import nights


def insert_due(*, now: datetime) -> None:
    """`now` is real time: an installation frozen on a past day has no nights, but has work."""
    minute = now.replace(second=0, microsecond=0)
    jobs.enqueue(kind="plays.advance", key=minute.isoformat(), next_at=minute)
    nights.resume(now=now)
