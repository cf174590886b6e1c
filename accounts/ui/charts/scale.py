"""Bands, alert lines and the recovery margin on the scale from 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.ui.charts.svg import (
    Chart,
    Svg,
    anchor,
    element,
    figure,
    hover,
    label,
    number,
    percent,
)

HEIGHT, TOP, BASE = 74, 26, 40
NARROW = 9  # percent of the width below which a band's name does not fit
TICK_DISTANCE = 3


@dataclass(frozen=True, slots=True)
class BandOnScale:
    """`tone` is one of the band tones; `lower` its lower bound, inclusive."""

    tone: str
    name: str
    lower: float


def band_scale(
    bands: Sequence[BandOnScale],
    *,
    lines: Sequence[float],
    margin: float,
    label: str,
) -> Chart:
    """Bands from the best to the worst. Rising takes the bound plus the margin: drawn lighter."""
    rising = sorted(bands, key=lambda band: band.lower)
    tops = [band.lower for band in rising[1:]] + [100.0]
    marks: list[Svg] = []
    for place, (band, top) in enumerate(zip(rising, tops, strict=True)):
        marks += _band_block(band, top, margin if place else 0)
    marks += _alert_lines(lines)
    marks += _spaced_ticks(sorted({0.0, 100.0, *(band.lower for band in rising)}))
    spoken = [
        gettext("%(band)s from %(bound)s") % {"band": band.name, "bound": number(band.lower)}
        for band in reversed(rising)
    ]
    spoken += [gettext("alert line at %(number)s") % {"number": number(line)} for line in lines]
    text = gettext("%(label)s: %(bands)s; rising takes %(margin)s points more") % {
        "label": label,
        "bands": ", ".join(spoken),
        "margin": number(margin),
    }
    rows = tuple((band.name, number(band.lower)) for band in reversed(rising))
    rows += tuple((gettext("Alert line"), number(line)) for line in lines)
    return Chart(
        svg=figure(marks, kind="scale", height=HEIGHT, text=text),
        text=text,
        head=(gettext("Band"), gettext("From")),
        rows=rows,
    )


def _band_block(band: BandOnScale, top: float, margin: float) -> list[Svg]:
    width = max(top - band.lower, 0)
    within = gettext("%(name)s: %(lower)s to below %(upper)s") % {
        "name": band.name,
        "lower": number(band.lower),
        "upper": number(top),
    }
    marks = [
        _band_rectangle(
            band,
            max(width - 0.25, 0),
            f"chart-fill is-{band.tone}",
            hover_text=within,
        )
    ]
    if margin:
        rises = gettext("Who rises is %(name)s from %(number)s on") % {
            "name": band.name,
            "number": number(band.lower + margin),
        }
        marks.append(_band_rectangle(band, min(margin, width), "chart-margin", hover_text=rises))
    if width >= NARROW:
        middle = percent(band.lower + width / 2)
        marks.append(
            label(band.name, x=middle, y=TOP - 9, text_anchor="middle", class_="chart-note-word")
        )
    return marks


def _band_rectangle(band: BandOnScale, width: float, kind: str, *, hover_text: str) -> Svg:
    return element(
        "rect",
        hover(hover_text),
        x=percent(band.lower),
        y=TOP,
        width=percent(width),
        height=BASE - TOP,
        class_=kind,
    )


def _alert_lines(lines: Sequence[float]) -> list[Svg]:
    marks = []
    for line in lines:
        place = percent(line)
        marks.append(
            element(
                "line",
                hover(gettext("Alert line at %(number)s") % {"number": number(line)}),
                x1=place,
                x2=place,
                y1=TOP - 4,
                y2=BASE + 10,
                class_="chart-alert",
            )
        )
        marks.append(
            label(
                gettext("alert %(number)s") % {"number": number(line)},
                x=place,
                y=BASE + 32,
                text_anchor=anchor(line),
                class_="chart-tick",
            )
        )
    return marks


def _spaced_ticks(values: Sequence[float]) -> list[Svg]:
    marks: list[Svg] = []
    latest = -100.0
    for value in values:
        if value - latest < TICK_DISTANCE:
            continue
        latest = value
        marks.append(
            label(
                number(value),
                x=percent(value),
                y=BASE + 15,
                text_anchor=anchor(value),
                class_="chart-tick",
            )
        )
    return marks
