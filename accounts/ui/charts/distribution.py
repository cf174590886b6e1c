"""One bar divided into shares, e.g. accounts or ARR by band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.ui.charts.svg import Chart, Svg, element, figure, hover, percent

HEIGHT = 10
GAP = 0.25  # percent of the width: neighbours stay apart without a border


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    """Names the tone: healthy, watch, intervene, unscored…"""
    label: str
    value: int
    shown: str
    """The value as a person reads it: "214 accounts", "$12.4M"."""


def distribution(parts: Sequence[Part], *, label: str) -> Chart:
    total = sum(part.value for part in parts)
    shares = [_share_in_percent(part, total) for part in parts]
    spoken = ", ".join(
        f"{part.label} {part.shown} ({share})" for part, share in zip(parts, shares, strict=True)
    )
    text = (
        f"{label}: {spoken}" if total else gettext("%(label)s: nothing to show") % {"label": label}
    )
    track = element("rect", width="100%", height="100%", class_="chart-track")
    bars = [track, *_share_bars(parts, shares, total)]
    rows = tuple((part.label, part.shown, share) for part, share in zip(parts, shares, strict=True))
    svg = figure(bars, kind="distribution", height=HEIGHT, text=text)
    return Chart(svg=svg, text=text, head=("", label, gettext("Share")), rows=rows, numbers=(1, 2))


def _share_bars(parts: Sequence[Part], shares: Sequence[str], total: int) -> Iterator[Svg]:
    """Side by side, each as wide as its share; what has none takes no room."""
    left = 0.0
    for part, share in zip(parts, shares, strict=True):
        if part.value <= 0:
            continue
        width = part.value / total * 100
        yield element(
            "rect",
            hover(f"{part.label}: {part.shown} ({share})"),
            x=percent(left),
            width=percent(max(width - GAP, 0.15)),
            height="100%",
            class_=f"chart-fill is-{part.key}",
        )
        left += width


def _share_in_percent(part: Part, total: int) -> str:
    return f"{part.value / total:.0%}" if total else "0%"
