"""The days of the demo: which are worked, which are holidays, how busy a season is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

HOLIDAYS = (
    (1, 1, "New Year's Day"),
    (5, 1, "Labour Day"),
    (7, 4, "Midsummer Fair"),
    (11, 11, "Harvest Day"),
    (12, 24, "Winter Eve"),
    (12, 25, "Winter Day"),
    (12, 26, "Second Winter Day"),
)
WEEKEND_ACTIVITY = 0.28
HOLIDAY_ACTIVITY = 0.3
# Share of a normal day's work by month: August and the end of December are quiet.
MONTH_ACTIVITY = (0.98, 1.0, 1.01, 1.0, 0.99, 0.99, 0.96, 0.93, 0.99, 1.02, 1.02, 0.96)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Day numbers count from the first day; a customer may have begun before it (negative)."""

    first_day: date
    days: int

    def day(self, number: int) -> date:
        return self.first_day + timedelta(days=int(number))

    def number(self, day: date) -> int:
        return (day - self.first_day).days

    def moment(self, number: int, *, minute: int) -> datetime:
        """The given minute of that day, UTC."""
        return datetime.combine(self.day(number), time(), tzinfo=UTC) + timedelta(
            minutes=int(minute)
        )

    def add_months(self, number: int, *, months: int) -> int:
        begin = self.day(number)
        index = begin.year * 12 + begin.month - 1 + months
        return self.number(date(index // 12, index % 12 + 1, min(begin.day, 28)))

    def activity(self) -> np.ndarray:
        """Share of a busy weekday's work done on each day, 0 to about 1."""
        level = np.empty(self.days, dtype=np.float32)
        holidays = {(month, day) for month, day, _ in HOLIDAYS}
        for number in range(self.days):
            day = self.day(number)
            level[number] = MONTH_ACTIVITY[day.month - 1]
            if day.month == 12 and day.day > 20:
                level[number] *= 0.75
            if day.weekday() >= 5:
                level[number] *= WEEKEND_ACTIVITY
            elif (day.month, day.day) in holidays:
                level[number] *= HOLIDAY_ACTIVITY
        return level

    def month_starts(self) -> list[int]:
        """The first day number of each calendar month, 0 for the first, begun or not."""
        return [n for n in range(self.days) if n == 0 or self.day(n).day == 1]

    def is_worked(self, number: int) -> bool:
        return self.day(number).weekday() < 5

    def worked(self, number: int) -> int:
        """The day itself, or the Monday after a weekend."""
        return number + max(0, 7 - self.day(number).weekday()) * (not self.is_worked(number))


def holidays_between(first: date, last: date) -> list[tuple[date, str]]:
    years = range(first.year, last.year + 1)
    return sorted((date(y, month, day), name) for y in years for month, day, name in HOLIDAYS)
