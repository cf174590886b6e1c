"""A figure over time: NRR by month, ARR, a count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from accounts.ui.charts.notes import Note, note_lines, note_words, placed
from accounts.ui.charts.svg import (
    PLOT_WIDTH,
    Chart,
    Scale,
    Svg,
    element,
    figure,
    label,
    plot,
    polylines,
)
from accounts.ui.charts.time_axis import TICKS, day_scale, tick_labels

HEADROOM = 0.12  # of the range, above and below
NOTE_TOP = 14  # below the words of a note


@dataclass(frozen=True, slots=True)
class LinePoint:
    day: date
    value: float | None
    shown: str
    """The value as a person reads it."""


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    label: str
    value: float


def line_chart(
    points: Sequence[LinePoint],
    *,
    label: str,
    references: Sequence[ReferenceLine] = (),
    notes: Sequence[Note] = (),
    height: int = 140,
    from_zero: bool = False,
    is_end_written: bool = True,
    ticks: int = TICKS,
) -> Chart:
    """Lines may start above zero (`from_zero` for amounts); the end is labelled directly, unless
    the figure stands beside the line anyway. `ticks`: at most so many words below."""
    known = [point for point in points if point.value is not None]
    notes = [note for note in notes if points and points[0].day <= note.day <= points[-1].day]
    text = _spoken_summary(known, label, notes)
    rows = tuple((f"{point.day:%b %Y}", point.shown) for point in reversed(points))
    if not known:
        return Chart(svg=Svg(""), text=text, head=(gettext("Month"), label), rows=rows)
    base = height - 24
    y = _value_scale(known, references, from_zero=from_zero, base=base)
    end = _newest_value(known[-1], points[-1].day, y)[: 2 if is_end_written else 1]
    happened = _note_marks(notes, points, base)
    marks = [
        *_reference_lines(references, y),
        *happened,
        *_curve_with_axis(points, y, base, ticks),
        *end,
    ]
    svg = figure(marks, kind="line", height=height, text=text)
    return Chart(svg=svg, text=text, head=(gettext("Month"), label), rows=rows)


def _curve_with_axis(points: Sequence[LinePoint], y: Scale, base: float, ticks: int) -> list[Svg]:
    """The curve on its line of months."""
    return [
        element("line", x1="0", x2="100%", y1=base, y2=base, class_="chart-base"),
        _value_curve(points, y, base),
        *tick_labels(points[0].day, points[-1].day, y=base + 20, at_most=ticks),
    ]


def _value_scale(
    known: Sequence[LinePoint],
    references: Sequence[ReferenceLine],
    *,
    from_zero: bool,
    base: float,
) -> Scale:
    values = [point.value for point in known if point.value is not None]
    values += [reference.value for reference in references]
    low = 0 if from_zero else min(values)
    high = max(values)
    margin = (high - low) * HEADROOM or abs(high) * HEADROOM or 1
    return Scale(low if from_zero else low - margin, high + margin, base, 18)


def _reference_lines(references: Sequence[ReferenceLine], y: Scale) -> list[Svg]:
    marks: list[Svg] = []
    for reference in references:
        height = y(reference.value)
        marks.append(
            element("line", x1="0", x2="100%", y1=height, y2=height, class_="chart-reference")
        )
        marks.append(label(reference.label, x="0", y=height - 4, class_="chart-tick"))
    return marks


def _value_curve(points: Sequence[LinePoint], y: Scale, base: float) -> Svg:
    x = day_scale(points[0].day, points[-1].day, start=0, end=PLOT_WIDTH)
    path = polylines(
        [None if p.value is None else (x(p.day.toordinal()), y(p.value)) for p in points]
    )
    return plot([element("path", d=path, class_="chart-curve")], height=base)


def _newest_value(newest: LinePoint, last_day: date, y: Scale) -> list[Svg]:
    if newest.day != last_day or newest.value is None:
        return []
    height = y(newest.value)
    return [
        element("circle", cx="100%", cy=height, r=3.5, class_="chart-dot chart-dot-end"),
        label(newest.shown, x="100%", y=height - 9, text_anchor="end", class_="chart-value"),
    ]


def _note_marks(notes: Sequence[Note], points: Sequence[LinePoint], base: float) -> list[Svg]:
    found = placed(notes, first=points[0].day, last=points[-1].day)
    return [*note_lines(found, top=NOTE_TOP, base=base), *note_words(found, y=NOTE_TOP - 4)]


def _spoken_summary(known: Sequence[LinePoint], label: str, notes: Sequence[Note]) -> str:
    if not known:
        return gettext("%(label)s: no data") % {"label": label}
    first, last = known[0], known[-1]
    course = gettext("%(label)s: %(first)s in %(from)s, %(latest)s in %(to)s") % {
        "label": label,
        "first": first.shown,
        "from": f"{first.day:%B %Y}",
        "latest": last.shown,
        "to": f"{last.day:%B %Y}",
    }
    return "; ".join([course, *(f"{note.day:%-d %B %Y}: {note.label}" for note in notes)])
