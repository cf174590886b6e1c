"""When a step is due: business time of the installation's zone, holidays included.

Hours are N ÷ 24 business days at the same clock time: 48 h from Friday 16:00 is Tuesday 16:00.
What begins outside of worked hours counts from when the next ones begin: 48 h from a Saturday are
due on Wednesday morning. Hours beyond whole days are worked hours, at most one working day: 4 h
from Friday 16:00 is Monday 11:00. Steps counted in days are due at the close of that working day; a
day nobody works moves to the next one that is worked. So nothing is due outside of worked hours.
Every moment that goes in or comes out is an aware datetime.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from accounts.calendar import BusinessCalendar


class Unit(StrEnum):
    HOURS = "hours"
    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"


class Anchor(StrEnum):
    """What a step counts from."""

    START = "start"
    PREVIOUS_STEP = "previous_step"
    CONTRACT_END = "contract_end"
    CONTRACT_DATE = "contract_date"
    """The date of the contract that the trigger saw."""

    @property
    def is_ahead(self) -> bool:
        """It may lie ahead of the start: steps count back from it."""
        return self in (Anchor.CONTRACT_END, Anchor.CONTRACT_DATE)


@dataclass(frozen=True, slots=True)
class Offset:
    """`amount` may be negative only before a date of a contract (T-30 is -30 calendar days)."""

    amount: int
    unit: Unit
    anchor: Anchor = Anchor.START


def due_at(*, anchor: datetime, offset: Offset, calendar: BusinessCalendar) -> datetime:
    """The moment by which the step must be done, never on a day nobody works."""
    match offset.unit:
        case Unit.HOURS:
            return add_business_hours(start=anchor, hours=offset.amount, calendar=calendar)
        case Unit.BUSINESS_DAYS:
            return _business_days_later(anchor, offset.amount, calendar)
        case _:
            return _calendar_days_later(anchor, offset.amount, calendar)


def add_business_hours(*, start: datetime, hours: int, calendar: BusinessCalendar) -> datetime:
    """Whole days move along working days at the same clock time, the rest along worked hours."""
    wall = calendar.within_hours(start)
    days, rest = divmod(hours, 24)
    day = calendar.shift(wall.date(), days)
    end = calendar.add_hours(datetime.combine(day, wall.time()), rest)
    return calendar.at(end.date(), end.time())


def wait_ends(*, start: datetime, lasts: Offset, calendar: BusinessCalendar) -> datetime:
    """When a wait is over: at the same clock time so many days later, on a day that is worked.

    Nobody is asked for anything at the close of a day because a wait was counted in days.
    """
    match lasts.unit:
        case Unit.HOURS:
            return add_business_hours(start=start, hours=lasts.amount, calendar=calendar)
        case Unit.BUSINESS_DAYS:
            return add_business_hours(start=start, hours=24 * lasts.amount, calendar=calendar)
        case _:
            local = calendar.within_hours(start)
            day = calendar.worked_on_or_after(local.date() + timedelta(days=lasts.amount))
            return calendar.at(day, local.time())


def notice_at(*, due: datetime, notice_days: int, calendar: BusinessCalendar) -> datetime:
    """When the task shows up: the midnight of the day, so many working days before it is due."""
    return calendar.start_of(calendar.shift(calendar.local_day(due), -notice_days))


def _business_days_later(anchor: datetime, days: int, calendar: BusinessCalendar) -> datetime:
    due = calendar.at(calendar.shift(calendar.local_day(anchor), days), calendar.closes_at)
    return _not_before(anchor, due, calendar)


def _calendar_days_later(anchor: datetime, days: int, calendar: BusinessCalendar) -> datetime:
    day = calendar.worked_on_or_after(calendar.local_day(anchor) + timedelta(days=days))
    due = calendar.at(day, calendar.closes_at)
    return due if days < 0 else _not_before(anchor, due, calendar)


def _not_before(anchor: datetime, due: datetime, calendar: BusinessCalendar) -> datetime:
    """A step of day 0 that starts after the close is due at the close of the next working day."""
    if due > anchor:
        return due
    return calendar.at(calendar.shift(calendar.local_day(anchor), 1), calendar.closes_at)


def back_at(now: datetime, *, days: int, calendar: BusinessCalendar) -> datetime:
    """When a task snoozed for so many working days comes back: at midnight of that day."""
    return calendar.start_of(calendar.shift(calendar.local_day(now), days))
