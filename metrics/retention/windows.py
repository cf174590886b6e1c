"""Windows (start, end]: what took effect on the start day is already in the start."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a window ends after it starts: {self.start} to {self.end}")


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def latest_month_end(day: date) -> date:
    """The last month-end on or before `day`."""
    return day if day == month_end(day) else day.replace(day=1) - timedelta(days=1)


def months_before(*, end: date, months: int) -> date:
    """The month-end `months` before the month-end `end`."""
    index = end.year * 12 + end.month - 1 - months
    return month_end(date(index // 12, index % 12 + 1, 1))


def trailing_window(*, as_of: date, months: int = 12) -> Window:
    end = latest_month_end(as_of)
    return Window(start=months_before(end=end, months=months), end=end)


def month_ends(*, until: date, count: int) -> tuple[date, ...]:
    """The `count` month-ends up to the month-end `until`, oldest first."""
    return tuple(months_before(end=until, months=back) for back in range(count - 1, -1, -1))


def quarter_of(day: date) -> Window:
    """The calendar quarter `day` lies in, as (last day before it, its last day]."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    before = first - timedelta(days=1)
    return Window(start=before, end=months_before(end=before, months=-3))
