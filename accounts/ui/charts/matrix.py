"""Two scores of each group against each other, on four fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.ui.charts.svg import Chart, Scale, Svg, anchor, element, figure, hover, label, percent

HEIGHT, TOP, BASE = 260, 18, 226


@dataclass(frozen=True, slots=True)
class MatrixPoint:
    label: str
    x: float
    y: float
    x_shown: str
    y_shown: str


@dataclass(frozen=True, slots=True)
class MatrixAxis:
    """From `low` to `high`; the line that parts the fields is at `middle`."""

    label: str
    low: float
    high: float
    middle: float


def matrix(points: Sequence[MatrixPoint], *, x: MatrixAxis, y: MatrixAxis, label: str) -> Chart:
    spoken = "; ".join(f"{p.label}: {x.label} {p.x_shown}, {y.label} {p.y_shown}" for p in points)
    text = f"{label}: {spoken}" if points else gettext("%(label)s: no data") % {"label": label}
    rows = tuple((p.label, p.x_shown, p.y_shown) for p in points)
    svg = (
        figure(_field_marks(points, x, y), kind="line", height=HEIGHT, text=text)
        if points
        else Svg("")
    )
    return Chart(svg=svg, text=text, head=("", x.label, y.label), rows=rows, numbers=(1, 2))


def _field_marks(points: Sequence[MatrixPoint], x: MatrixAxis, y: MatrixAxis) -> list[Svg]:
    across, up = Scale(x.low, x.high, 2, 98), Scale(y.low, y.high, BASE, TOP)
    middle_x, middle_y = percent(across(x.middle)), up(y.middle)
    line = "chart-reference"
    marks = [
        element("line", x1=middle_x, x2=middle_x, y1=TOP, y2=BASE, class_=line),
        element("line", x1="0", x2="100%", y1=middle_y, y2=middle_y, class_=line),
        element("line", x1="0", x2="100%", y1=BASE, y2=BASE, class_="chart-base"),
        label(f"{y.label} ↑", x="0", y=TOP - 6, class_="chart-tick"),
        label(f"{x.label} →", x="100%", y=BASE + 20, text_anchor="end", class_="chart-tick"),
    ]
    for point in points:
        at, height = across(point.x), up(point.y)
        words = f"{point.label}: {x.label} {point.x_shown}, {y.label} {point.y_shown}"
        marks += [
            element(
                "circle", hover(words), cx=percent(at), cy=height, r=5,
                class_="chart-dot chart-dot-end",
            ),
            label(point.label, x=percent(at), y=height - 9, text_anchor=anchor(at),
                  class_="chart-value"),
        ]  # fmt: skip
    return marks
