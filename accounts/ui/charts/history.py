"""A score over time with its band lines and what happened on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from accounts.ui.charts.notes import Note, note_lines, note_words, placed, spoken_note
from accounts.ui.charts.svg import (
    PLOT_WIDTH,
    Chart,
    Scale,
    Svg,
    element,
    figure,
    label,
    percent,
    plot,
    polylines,
)
from accounts.ui.charts.time_axis import day_scale, tick_labels

HEIGHT, TOP, BASE = 260, 30, 228


@dataclass(frozen=True, slots=True)
class ScorePoint:
    day: date
    score: float | None


@dataclass(frozen=True, slots=True)
class BandLine:
    key: str
    label: str
    floor: float


def score_history(
    points: Sequence[ScorePoint],
    *,
    bands: Sequence[BandLine],
    notes: Sequence[Note] = (),
    label: str,
) -> Chart:
    """Scores run from 0 to 100; a day without a score is a gap."""
    text = _spoken_summary(points, notes, label)
    rows = _table_rows(points, notes)
    head = (gettext("Day"), gettext("Score"), gettext("What happened"))
    if not points:
        return Chart(svg=Svg(""), text=text, head=head, rows=())
    first, last = points[0].day, points[-1].day
    y = Scale(0, 100, BASE, TOP)
    marks = [
        *_band_lines(bands, y),
        element("line", x1="0", x2="100%", y1=BASE, y2=BASE, class_="chart-base"),
        _score_curve(points, y),
        *_note_marks(notes, points, y),
        *_band_words(bands, points, y),
        *_newest_score(points, y),
        *tick_labels(first, last, y=BASE + 20),
    ]
    return Chart(
        svg=figure(marks, kind="history", height=HEIGHT, text=text), text=text, head=head, rows=rows
    )


def _band_lines(bands: Sequence[BandLine], y: Scale) -> list[Svg]:
    return [
        element(
            "line",
            x1="0",
            x2="100%",
            y1=y(band.floor),
            y2=y(band.floor),
            class_=f"chart-band is-{band.key}",
        )
        for band in bands
        if band.floor > 0
    ]


def _band_words(bands: Sequence[BandLine], points: Sequence[ScorePoint], y: Scale) -> list[Svg]:
    """Above their line, or below it where the curve begins right above."""
    begun = [y(p.score) for p in points[: len(points) // 8 + 1] if p.score is not None]
    words = []
    for band in bands:
        if band.floor <= 0:
            continue
        height = y(band.floor)
        is_crowded = any(height - 20 < start < height + 2 for start in begun)
        words.append(
            label(
                f"{band.label} {band.floor:g}",
                x="0",
                y=height + 14 if is_crowded else height - 5,
                class_=f"chart-band-word is-{band.key}",
            )
        )
    return words


def _score_curve(points: Sequence[ScorePoint], y: Scale) -> Svg:
    x = day_scale(points[0].day, points[-1].day, start=0, end=PLOT_WIDTH)
    path = polylines(
        [None if p.score is None else (x(p.day.toordinal()), y(p.score)) for p in points]
    )
    return plot([element("path", d=path, class_="chart-curve")], height=BASE)


def _newest_score(points: Sequence[ScorePoint], y: Scale) -> list[Svg]:
    """The newest score, written at its point."""
    if points[-1].score is None:
        return []
    height = y(points[-1].score)
    return [
        element("circle", cx="100%", cy=height, r=3.5, class_="chart-dot chart-dot-end"),
        label(
            f"{int(points[-1].score)}",
            x="100%",
            y=height - 9,
            text_anchor="end",
            class_="chart-value",
        ),
    ]


def _note_marks(notes: Sequence[Note], points: Sequence[ScorePoint], y: Scale) -> list[Svg]:
    found = placed(notes, first=points[0].day, last=points[-1].day)
    scores = {point.day: point.score for point in points}
    dots = [
        _note_dot(note, position, y(score))
        for position, note in found
        if (score := scores.get(note.day)) is not None
    ]
    return [*note_lines(found, top=TOP - 8, base=BASE), *dots, *note_words(found, y=TOP - 14)]


def _note_dot(note: Note, position: float, height: float) -> Svg:
    return element(
        "circle",
        spoken_note(note),
        cx=percent(position),
        cy=height,
        r=3.5,
        class_=f"chart-dot is-{note.tone}",
    )


def _spoken_summary(points: Sequence[ScorePoint], notes: Sequence[Note], label: str) -> str:
    known = [point for point in points if point.score is not None]
    if not known:
        return gettext("%(label)s: no scores yet") % {"label": label}
    first, last = known[0], known[-1]
    scores = [point.score for point in known if point.score is not None]
    happened = gettext("; %(count)s marked") % {"count": len(notes)} if notes else ""
    return gettext(
        "%(label)s: %(first)s on %(from)s, %(latest)s on %(to)s, lowest %(lowest)s,"
        " highest %(highest)s%(happened)s"
    ) % {
        "label": label,
        "first": int(scores[0]),
        "from": f"{first.day:%-d %B %Y}",
        "latest": int(scores[-1]),
        "to": f"{last.day:%-d %B %Y}",
        "lowest": int(min(scores)),
        "highest": int(max(scores)),
        "happened": happened,
    }


def _table_rows(points: Sequence[ScorePoint], notes: Sequence[Note]) -> tuple[tuple[str, ...], ...]:
    happened: dict[date, list[str]] = {}
    for note in notes:
        happened.setdefault(note.day, []).append(note.label)
    return tuple(
        (
            f"{point.day:%-d %b %Y}",
            "" if point.score is None else f"{point.score:.2f}",
            "; ".join(happened.get(point.day, [])),
        )
        for point in reversed(points)
    )
