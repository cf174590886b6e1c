"""A figure over time with the interval it lies in: a score by month or quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from accounts.ui.charts.svg import (
    PLOT_WIDTH,
    Chart,
    Scale,
    Svg,
    element,
    figure,
    hover,
    label,
    percent,
    plot,
    polylines,
)
from accounts.ui.charts.time_axis import TICKS, day_scale, tick_labels

HEIGHT = 170
MARGIN = 0.08  # of the range, above and below


@dataclass(frozen=True, slots=True)
class IntervalPoint:
    """`word`: the month or quarter; `n` answers. Without a value nobody answered."""

    day: date
    word: str
    n: int = 0
    value: float | None = None
    low: float = 0.0
    high: float = 0.0
    shown: str = ""
    shown_bounds: str = ""


def interval_chart(points: Sequence[IntervalPoint], *, label: str, period: str) -> Chart:
    """`period`: the word above the first column, such as “Month”."""
    known = [point for point in points if point.value is not None]
    spoken = ", ".join(
        gettext("%(period)s %(value)s (%(bounds)s, n %(n)s)")
        % {"period": p.word, "value": p.shown, "bounds": p.shown_bounds, "n": f"{p.n:,}"}
        for p in known
    )
    text = f"{label}: {spoken}" if known else gettext("%(label)s: no data") % {"label": label}
    head = (period, label, gettext("95 % interval"), gettext("Answers"))
    rows = tuple((p.word, p.shown, p.shown_bounds, f"{p.n:,}") for p in reversed(points))
    svg = (
        figure(_interval_lines(points, known), kind="line", height=HEIGHT, text=text)
        if known
        else Svg("")
    )
    return Chart(svg=svg, text=text, head=head, rows=rows, numbers=(1, 2, 3))


def _interval_lines(points: Sequence[IntervalPoint], known: Sequence[IntervalPoint]) -> list[Svg]:
    base = HEIGHT - 24
    x = day_scale(points[0].day, points[-1].day, start=0, end=PLOT_WIDTH)
    low, high = min(p.low for p in known), max(p.high for p in known)
    margin = (high - low) * MARGIN or 1
    y = Scale(low - margin, high + margin, base, 18)
    path = polylines(
        [None if p.value is None else (x(p.day.toordinal()), y(p.value)) for p in points]
    )
    ticks = tick_labels(points[0].day, points[-1].day, y=base + 20, at_most=TICKS)
    marks = [
        element("line", x1="0", x2="100%", y1=base, y2=base, class_="chart-base"),
        plot([element("path", d=path, class_="chart-curve")], height=base),
        *(mark for point in known for mark in _interval_marks(point, x, y)),
        *ticks,
    ]
    newest = known[-1]
    if newest is points[-1] and newest.value is not None:
        at = y(newest.value) - 9
        marks.append(label(newest.shown, x="100%", y=at, text_anchor="end", class_="chart-value"))
    return marks


def _interval_marks(point: IntervalPoint, x: Scale, y: Scale) -> list[Svg]:
    """A whisker from the low to the high end, and a dot at the value."""
    at = percent(x(point.day.toordinal()) / PLOT_WIDTH * 100)
    words = f"{point.word}: {point.shown} ({point.shown_bounds}, n {point.n:,})"
    value = point.value if point.value is not None else point.low
    return [
        element("line", x1=at, x2=at, y1=y(point.low), y2=y(point.high), class_="chart-base"),
        element(
            "circle", hover(words), cx=at, cy=y(value), r=3.5, class_="chart-dot chart-dot-end"
        ),
    ]
