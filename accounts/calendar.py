"""Business time of the installation's zone: worked days and hours, holidays."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})
OPENS_AT, CLOSES_AT = time(9, 0), time(18, 0)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """`working_days` are ISO weekdays, Monday 1 to Sunday 7, at least one of them; a worked day
    begins at `opens_at` and ends at the later `closes_at`, by the clock on the wall.
    """

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    working_days: frozenset[int] = MONDAY_TO_FRIDAY
    opens_at: time = OPENS_AT
    closes_at: time = CLOSES_AT

    def is_worked(self, day: date) -> bool:
        return day.isoweekday() in self.working_days and day not in self.holidays

    def worked_on_or_after(self, day: date) -> date:
        while not self.is_worked(day):
            day += _ONE_DAY
        return day

    def shift(self, day: date, days: int) -> date:
        """`days` working days on (back where negative); 0 is the day itself, or the next worked.

        From a Saturday, one working day on is Monday, and so is none.
        """
        step = _ONE_DAY if days >= 0 else -_ONE_DAY
        for _ in range(abs(days)):
            day += step
            while not self.is_worked(day):
                day += step
        return self.worked_on_or_after(day)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def within_hours(self, moment: datetime) -> datetime:
        """The moment on the wall; outside of worked hours, when the next ones begin."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        day = local.date()
        if self.is_worked(day) and local.time() < self.opens_at:
            return datetime.combine(day, self.opens_at)
        if self.is_worked(day) and local.time() <= self.closes_at:
            return local
        return datetime.combine(self.worked_on_or_after(day + _ONE_DAY), self.opens_at)

    def add_hours(self, wall: datetime, hours: int) -> datetime:
        """So many worked hours (0 to 24) on, at most one working day; `wall` is within hours."""
        close = datetime.combine(wall.date(), self.closes_at)
        rest = timedelta(hours=hours)
        latest = datetime.combine(self.shift(wall.date(), 1), wall.time())
        while wall + rest > close and wall < latest:
            rest -= close - wall
            day = self.shift(close.date(), 1)
            wall = datetime.combine(day, self.opens_at)
            close = datetime.combine(day, self.closes_at)
        return min(wall + rest, latest)

    def at(self, day: date, clock: time) -> datetime:
        """That wall-clock time as UTC.

        A time the spring change skips is read with the offset before the change (02:30 becomes
        03:30 summer time); of a time that comes twice in autumn, the first.
        """
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def start_of(self, day: date) -> datetime:
        """Its midnight: what shows up on a day is there before anybody comes to work."""
        return self.at(day, time(0, 0))
