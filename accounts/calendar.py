"""Business time of the installation's zone: worked days, holidays, the close of a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CLOSE_OF_DAY = time(18, 0)
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    def is_worked(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.holidays

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

    def opened(self, moment: datetime) -> datetime:
        """The moment on the wall; of a day nobody works, when the next worked one opens."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        if self.is_worked(local.date()):
            return local
        return datetime.combine(self.worked_on_or_after(local.date()), time(0, 0))

    def at(self, day: date, clock: time) -> datetime:
        """That wall-clock time as UTC.

        A time the spring change skips is read with the offset before the change (02:30 becomes
        03:30 summer time); of a time that comes twice in autumn, the first.
        """
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        return self.at(day, time(0, 0))
