"""The course of a score in a table cell."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from django.utils.translation import gettext

from accounts.ui.charts.svg import Chart, Scale, Svg, element, polylines

WIDTH, HEIGHT, PAD = 84, 24, 3


def sparkline(
    values: Sequence[float | None],
    *,
    label: str,
    low: float = 0,
    high: float = 100,
    tone: str = "",
    marks: Sequence[float] = (),
    marked: str = "",
) -> Chart:
    """`low` and `high` are the same for every row of a table, so that rows compare.

    `marks` are places along `values` (2.5 lies between the third and the fourth) where something
    happened to all that follows; `marked` says what. Its numbers stand on the account's page.
    """
    known = [value for value in values if value is not None]
    text = _spoken_summary(known, label, marked if marks else "")
    drawn: tuple[Svg, ...] = ()
    if known:
        x = Scale(0, max(len(values) - 1, 1), PAD, WIDTH - PAD)
        y = Scale(low, high, HEIGHT - PAD, PAD)
        drawn = (*(_version_mark(x(place)) for place in marks), *_line_and_end(values, x, y))
    return Chart(svg=_svg_frame(drawn, text=text, tone=tone), text=text, head=("", label), rows=())


def _spoken_summary(known: Sequence[float], label: str, marked: str) -> str:
    if not known:
        return gettext("%(label)s: no data") % {"label": label}
    course = (
        f"{floor(known[0])}"
        if len(known) == 1
        else gettext("from %(first)s to %(latest)s")
        % {"first": floor(known[0]), "latest": floor(known[-1])}
    )
    return f"{label}: {course}" + (f"; {marked}" if marked else "")


def _line_and_end(values: Sequence[float | None], x: Scale, y: Scale) -> tuple[Svg, Svg]:
    """The line, broken where nothing is known, and a dot on its newest point."""
    points = [
        None if value is None else (x(index), y(min(max(value, y.low), y.high)))
        for index, value in enumerate(values)
    ]
    end = next(point for point in reversed(points) if point is not None)
    return (
        element("path", d=polylines(points), class_="spark-line"),
        element("circle", cx=end[0], cy=end[1], r=2, class_="spark-end"),
    )


def _version_mark(x: float) -> Svg:
    return element("line", x1=x, x2=x, y1=0, y2=HEIGHT, class_="chart-note is-version")


def _svg_frame(marks: Sequence[Svg], *, text: str, tone: str) -> Svg:
    return element(
        "svg",
        *marks,
        class_=f"spark is-{tone}" if tone else "spark",
        width=WIDTH,
        height=HEIGHT,
        view_box=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=text,
    )
