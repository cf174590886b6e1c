"""A curve as a small picture: raw values along the width, readings from 0 to 100 upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.ui.charts.svg import (
    PLOT_WIDTH,
    Chart,
    Scale,
    Svg,
    anchor,
    element,
    figure,
    hover,
    label,
    number,
    percent,
    plot,
)

HEIGHT, TOP, BASE = 76, 6, 58
MARGIN = 0.12  # of the span, beyond the first and the last point: the curve is flat there


@dataclass(frozen=True, slots=True)
class CurvePoint:
    raw: float
    reading: float


def line_picture(points: Sequence[CurvePoint], *, label: str) -> Chart:
    """Straight lines between the points, flat outside them."""
    if not points:
        return _empty_chart(label)
    x = _value_axis([point.raw for point in points])
    y = Scale(0, 100, BASE, TOP)
    corners = [
        (0.0, y(points[0].reading)),
        *((x(point.raw), y(point.reading)) for point in points),
        (float(PLOT_WIDTH), y(points[-1].reading)),
    ]
    dots = [
        element(
            "circle",
            hover(
                gettext("%(value)s reads %(reading)s")
                % {"value": number(point.raw), "reading": number(point.reading)}
            ),
            cx=percent(x(point.raw) / PLOT_WIDTH * 100),
            cy=y(point.reading),
            r=3,
            class_="chart-dot chart-dot-end",
        )
        for point in points
    ]
    rows = tuple((number(point.raw), number(point.reading)) for point in points)
    return _curve_chart(corners, dots, [point.raw for point in points], rows, label)


def step_picture(bounds: Sequence[float], readings: Sequence[float], *, label: str) -> Chart:
    """One reading more than bounds: below the first bound, between two, above the last."""
    if not bounds:
        return line_picture([CurvePoint(0, reading) for reading in readings], label=label)
    x, y = _value_axis(bounds), Scale(0, 100, BASE, TOP)
    edges = [0.0, *(x(bound) for bound in bounds), float(PLOT_WIDTH)]
    corners = [
        point
        for left, right, reading in zip(edges, edges[1:], readings, strict=False)
        for point in ((left, y(reading)), (right, y(reading)))
    ]
    names = [gettext("to %(number)s") % {"number": number(bound)} for bound in bounds] + [
        gettext("above %(number)s") % {"number": number(bounds[-1])}
    ]
    rows = tuple((name, number(reading)) for name, reading in zip(names, readings, strict=True))
    return _curve_chart(corners, [], bounds, rows, label)


def _value_axis(values: Sequence[float]) -> Scale:
    span = (max(values) - min(values)) or abs(max(values)) or 1
    margin = span * MARGIN
    return Scale(min(values) - margin, max(values) + margin, 0, PLOT_WIDTH)


def _curve_line(corners: Sequence[tuple[float, float]]) -> Svg:
    path = "".join(
        f"{'L' if place else 'M'}{number(px)} {number(py)}"
        for place, (px, py) in enumerate(corners)
    )
    area = f"{path}L{PLOT_WIDTH} {BASE}L0 {BASE}Z"
    marks = [
        element("path", d=area, class_="chart-area"),
        element("path", d=path, class_="chart-curve"),
    ]
    return plot(marks, height=BASE)


def _curve_chart(
    corners: Sequence[tuple[float, float]],
    dots: Sequence[Svg],
    values: Sequence[float],
    rows: tuple[tuple[str, ...], ...],
    label: str,
) -> Chart:
    text = f"{label}: " + ", ".join(
        gettext("%(raw)s reads %(reading)s") % {"raw": raw, "reading": reading}
        for raw, reading in rows
    )
    marks = [
        _curve_line(corners),
        element("line", x1="0", x2="100%", y1=BASE, y2=BASE, class_="chart-base"),
        *dots,
        *_end_labels(values),
    ]
    return Chart(
        svg=figure(marks, kind="reading", height=HEIGHT, text=text),
        text=text,
        head=(gettext("Value"), gettext("Reading")),
        rows=rows,
    )


def _end_labels(values: Sequence[float]) -> list[Svg]:
    """The first and the last value, written below where they stand."""
    x = _value_axis(values)
    shown = dict.fromkeys((min(values), max(values)))
    return [
        label(
            number(value).replace("-", "−"),
            x=percent(x(value) / PLOT_WIDTH * 100),
            y=BASE + 14,
            text_anchor=anchor(x(value) / PLOT_WIDTH * 100),
            class_="chart-tick",
        )
        for value in shown
    ]


def _empty_chart(label: str) -> Chart:
    return Chart(
        svg=Svg(""),
        text=gettext("%(label)s: no points") % {"label": label},
        head=(gettext("Value"), gettext("Reading")),
        rows=(),
    )
