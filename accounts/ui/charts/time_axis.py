"""Days along the width of a chart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from accounts.ui.charts.svg import Scale, Svg, anchor, label, percent

TICKS = 6


def day_scale(first: date, last: date, *, start: float, end: float) -> Scale:
    return Scale(first.toordinal(), last.toordinal(), start, end)


def ticks(first: date, last: date, *, at_most: int = TICKS) -> list[date]:
    """At most so many month starts; weeks when the span is shorter than two months."""
    if (last - first).days < 62:
        step = max(-(-(last - first).days // (TICKS - 1)), 1)
        return [
            first + timedelta(days=offset) for offset in range(0, (last - first).days + 1, step)
        ]
    months = [day for day in _month_starts(first, last) if day >= first]
    every = -(-len(months) // at_most)
    # Count from the end, so that the newest month keeps its word.
    return months[::-1][::every][::-1]


def _month_starts(first: date, last: date) -> Iterable[date]:
    day = first.replace(day=1)
    while day <= last:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def tick_label(day: date, *, is_short_span: bool, is_first: bool) -> str:
    if is_short_span:
        return f"{day.day} {day:%b}"
    return f"{day:%b %Y}" if is_first or day.month == 1 else f"{day:%b}"


def tick_labels(first: date, last: date, *, y: float, at_most: int = TICKS) -> list[Svg]:
    x = day_scale(first, last, start=0, end=100)
    is_short_span = (last - first).days < 62
    return [
        label(
            tick_label(day, is_short_span=is_short_span, is_first=index == 0),
            x=percent(x(day.toordinal())),
            y=y,
            text_anchor="start"
            if index == 0 and x(day.toordinal()) < 15
            else anchor(x(day.toordinal())),
            class_="chart-tick" if index % 2 == 0 else "chart-tick chart-minor",
        )
        for index, day in enumerate(ticks(first, last, at_most=at_most))
    ]
