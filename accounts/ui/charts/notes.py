"""What happened on a line over time: a mark at its day, and words where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.ui.charts.svg import Svg, anchor, element, hover, label, percent
from accounts.ui.charts.time_axis import day_scale

# Percent of the width: of a letter on the narrowest chart that has words, and between two notes.
LETTER = 1.2
GAP = 1.0


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened: a crossing, a play, a new scorecard version, a champion leaving.

    `short` is written on the chart where the label is long; the label is in hover and table.
    """

    day: date
    label: str
    tone: str = "note"
    short: str = ""


def placed(notes: Sequence[Note], *, first: date, last: date) -> list[tuple[float, Note]]:
    """The notes of these days with their place along the width in percent, from left to right."""
    x = day_scale(first, last, start=0, end=100)
    found = [(x(note.day.toordinal()), note) for note in notes if first <= note.day <= last]
    return sorted(found, key=lambda pair: pair[0])


def note_lines(found: Sequence[tuple[float, Note]], *, top: float, base: float) -> list[Svg]:
    return [
        element(
            "line",
            spoken_note(note),
            x1=percent(position),
            x2=percent(position),
            y1=top,
            y2=base,
            class_=f"chart-note is-{note.tone}",
        )
        for position, note in found
    ]


def note_words(found: Sequence[tuple[float, Note]], *, y: float) -> list[Svg]:
    return [
        label(
            note.short or note.label,
            x=percent(position),
            y=y,
            text_anchor=anchor(position),
            class_="chart-note-word chart-minor",
        )
        for position, note in _notes_with_words(found)
    ]


def spoken_note(note: Note) -> Svg:
    return hover(f"{note.day:%-d %b %Y}: {note.label}")


def _notes_with_words(found: Sequence[tuple[float, Note]]) -> list[tuple[float, Note]]:
    """Where room is short a crossing is written rather than other news, the newest first."""
    chosen: list[tuple[float, Note]] = []
    for position, note in sorted(found, key=lambda pair: (pair[1].tone == "note", -pair[0])):
        start, end = _label_extent(position, note)
        taken = [_label_extent(*other) for other in chosen]
        if all(end + GAP <= left or right + GAP <= start for left, right in taken):
            chosen.append((position, note))
    return chosen


def _label_extent(position: float, note: Note) -> tuple[float, float]:
    """From where to where its words run, in percent of the width."""
    width = len(note.short or note.label) * LETTER
    before = {"start": 0.0, "middle": width / 2, "end": width}[anchor(position)]
    return position - before, position - before + width
