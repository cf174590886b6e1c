"""The ARR bridge: from the start through each kind of movement to the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from accounts.ui.charts.svg import Chart, Scale, Svg, element, figure, hover, label, percent

HEIGHT, TOP, FOOT = 220, 22, 30
BAR_SHARE = 0.62
MINIMUM = 1.5  # pixels: a small step is still seen


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    label: str
    amount: int
    """Signed for a movement; the level itself for a total."""
    shown: str
    is_total: bool = False
    href: str = ""
    """Where the bar leads."""


@dataclass(frozen=True, slots=True)
class _Bar:
    step: WaterfallStep
    low: int
    high: int
    after: int


def waterfall(steps: Sequence[WaterfallStep], *, label: str, height: int = HEIGHT) -> Chart:
    """Totals stand on zero; movements hang where the one before them ended."""
    bars = _bars_of_steps(steps)
    text = f"{label}: " + ", ".join(f"{step.label} {step.shown}" for step in steps)
    low = min((bar.low for bar in bars), default=0)
    high = max((bar.high for bar in bars), default=0)
    y = Scale(min(low, 0), max(high, 1), height - FOOT, TOP)
    slot = 100 / max(len(bars), 1)
    marks: list[Svg] = [
        element("line", x1="0", x2="100%", y1=y(0), y2=y(0), class_="chart-base"),
        *(_connector_line(index, bar, slot, y) for index, (bar, _) in enumerate(pairwise(bars))),
    ]
    for index, bar in enumerate(bars):
        marks.append(_linked_marks(bar.step, _bar_marks(bar, slot * index, slot, y)))
    has_links = any(step.href for step in steps)
    return Chart(
        # What an image holds is not read out: with links inside it is a group.
        svg=figure(
            marks,
            kind="waterfall",
            height=height,
            text=text,
            role="group" if has_links else "img",
        ),
        text=text,
        head=("", label),
        rows=tuple((step.label, step.shown) for step in steps),
    )


def _bars_of_steps(steps: Sequence[WaterfallStep]) -> list[_Bar]:
    bars: list[_Bar] = []
    level = 0
    for step in steps:
        before = 0 if step.is_total else level
        level = step.amount if step.is_total else level + step.amount
        bars.append(_Bar(step, min(before, level), max(before, level), level))
    return bars


def _connector_line(index: int, bar: _Bar, slot: float, y: Scale) -> Svg:
    """From where this bar ended to where the next one starts."""
    margin = slot * (1 - BAR_SHARE) / 2
    return element(
        "line",
        x1=percent(slot * (index + 1) - margin),
        x2=percent(slot * (index + 1) + margin),
        y1=y(bar.after),
        y2=y(bar.after),
        class_="chart-connector",
    )


def _linked_marks(step: WaterfallStep, marks: Sequence[Svg]) -> Svg:
    """A link is named by the words in it, in their order: "Churn −$51k"."""
    if not step.href:
        return Svg("".join(marks))
    return element("a", *marks, href=step.href, class_="chart-link")


def _bar_marks(bar: _Bar, left: float, slot: float, y: Scale) -> tuple[Svg, ...]:
    top, bottom = y(bar.high), y(bar.low)
    centre = percent(left + slot / 2)
    return (
        element(
            "rect",
            *([] if bar.step.href else [hover(f"{bar.step.label}: {bar.step.shown}")]),
            x=percent(left + slot * (1 - BAR_SHARE) / 2),
            width=percent(slot * BAR_SHARE),
            y=top,
            height=max(bottom - top, MINIMUM),
            rx=2,
            class_=f"chart-fill is-{_step_tone(bar.step)}",
        ),
        label(
            f"{bar.step.label} ",
            x=centre,
            y=y.start + 18,
            text_anchor="middle",
            class_="chart-tick",
        ),
        label(bar.step.shown, x=centre, y=top - 7, text_anchor="middle", class_="chart-value"),
    )


def _step_tone(step: WaterfallStep) -> str:
    if step.is_total:
        return "total"
    return "healthy" if step.amount >= 0 else "intervene"
