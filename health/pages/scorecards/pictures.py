"""Curves, bands and caps as pictures, from what is typed: what cannot be read is said instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts.ui.charts import (
    BandOnScale,
    Chart,
    CurvePoint,
    band_scale,
    line_picture,
    step_picture,
)
from health.pages.scorecards.fields import check_curve, read_number
from health.scoring import UNSCORED, Curve, CurveKind, Tone, parse_curve


@dataclass(frozen=True, slots=True)
class Picture:
    """Either a chart, or what keeps it from being drawn."""

    chart: Chart | None
    problem: str = ""


def curve_picture(text: str, *, name: str) -> Picture:
    try:
        check_curve(text)
    except ValidationError as problem:
        return Picture(None, " ".join(problem.messages))
    return Picture(draw(parse_curve(text), name=name))


def draw(curve: Curve, *, name: str) -> Chart:
    label = gettext("Curve of %(name)s") % {"name": name}
    if curve.kind is CurveKind.LINEAR:
        points = [CurvePoint(float(p.raw), float(p.reading)) for p in curve.points]
        return line_picture(points, label=label)
    bounds = [float(step.bound) for step in curve.steps]
    readings = [float(reading) for reading in curve.readings]
    return step_picture(bounds, readings, label=label)


@dataclass(frozen=True, slots=True)
class TypedBand:
    tone: str
    name: str
    lower: str


def scale_picture(bands: Sequence[TypedBand], *, lines: str, margin: str) -> Picture:
    try:
        known = sorted(bands, key=lambda band: -_float_or_raise(band.lower))
        drawn = [
            BandOnScale(_known_tone(band.tone), band.name, _float_or_raise(band.lower))
            for band in known
        ]
        marks = [_float_or_raise(part) for part in lines.split(",") if part.strip()]
        width = _float_or_raise(margin)
    except ValueError:
        return Picture(None, gettext("Bounds, lines and the margin are numbers from 0 to 100."))
    if not all(0 <= value <= 100 for value in (width, *marks, *(b.lower for b in drawn))):
        return Picture(None, gettext("Bounds, lines and the margin lie from 0 to 100."))
    if not drawn:
        return Picture(None, gettext("There is no band yet."))
    return Picture(band_scale(drawn, lines=marks, margin=width, label=gettext("Bands")))


def _known_tone(typed: str) -> str:
    """Grey for what is none: the form says so beside the field."""
    return typed if typed in {tone.value for tone in Tone} else UNSCORED


def _float_or_raise(text: str) -> float:
    value = read_number(text)
    if value is None:
        raise ValueError(text)
    return float(value)
