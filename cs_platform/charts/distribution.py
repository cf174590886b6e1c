"""One bar divided into shares, e.g. accounts or ARR by band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cs_platform.charts.svg import Chart, Svg, element, figure, hover, percent

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
    shares = [_share(part, total) for part in parts]
    spoken = ", ".join(
        f"{part.label} {part.shown} ({share})" for part, share in zip(parts, shares, strict=True)
    )
    text = f"{label}: {spoken}" if total else f"{label}: nothing to show"
    bars: list[Svg] = [element("rect", width="100%", height="100%", class_="chart-track")]
    left = 0.0
    for part, share in zip(parts, shares, strict=True):
        if part.value <= 0:
            continue
        width = part.value / total * 100
        shown_width = max(width - GAP, 0.15)
        bars.append(
            element(
                "rect",
                hover(f"{part.label}: {part.shown} ({share})"),
                x=percent(left),
                width=percent(shown_width),
                height="100%",
                class_=f"chart-fill is-{part.key}",
            )
        )
        left += width
    return Chart(
        svg=figure(bars, kind="distribution", height=HEIGHT, text=text),
        text=text,
        head=("", label, "Share"),
        rows=tuple(
            (part.label, part.shown, share) for part, share in zip(parts, shares, strict=True)
        ),
    )


def _share(part: Part, total: int) -> str:
    return f"{part.value / total:.0%}" if total else "0%"
