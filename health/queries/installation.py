"""How this installation counts days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Installation


@dataclass(frozen=True, slots=True)
class InstallationDay:
    zone: str
    currency: str
    as_of: date | None

    def today(self, now: datetime) -> date:
        """The installation's day at `now`, or the day it is frozen on."""
        return self.as_of or now.astimezone(ZoneInfo(self.zone)).date()

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.zone))


def calendar() -> InstallationDay:
    row = Installation.current()
    return InstallationDay(row.time_zone, row.currency, row.as_of)
