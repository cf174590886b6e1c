"""The pieces every chart is drawn with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

# Units of the stretching plot: 1000 wide whatever the screen.
PLOT_WIDTH = 1000


class Svg(str):
    """Markup made here from escaped parts; templates print it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Chart:
    svg: Svg
    text: str
    """What the picture says, for those who do not see it."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The numbers behind the picture, as shown."""
    numbers: tuple[int, ...] = (1,)
    """Which of their columns are figures."""


def number(value: float) -> str:
    """At most two decimals, no trailing zeros: short markup."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def percent(value: float) -> str:
    return f"{number(value)}%"


def element(name: str, *children: Svg, **attributes: str | float) -> Svg:
    """Underscores in names become hyphens; `class_` is class, `view_box` is viewBox."""
    pairs = "".join(
        f' {_attribute_name(key)}="{escape(_attribute_value(value), quote=True)}"'
        for key, value in attributes.items()
    )
    inner = "".join(children)
    return Svg(f"<{name}{pairs}>{inner}</{name}>" if inner else f"<{name}{pairs}/>")


_SPELLED = {"class_": "class", "view_box": "viewBox", "aspect": "preserveAspectRatio"}


def _attribute_name(key: str) -> str:
    return _SPELLED.get(key, key.replace("_", "-"))


def _attribute_value(value: str | float) -> str:
    return value if isinstance(value, str) else number(value)


def words(text: str) -> Svg:
    return Svg(escape(text, quote=False))


def label(text: str, **attributes: str | float) -> Svg:
    return element("text", words(text), **attributes)


def hover(text: str) -> Svg:
    return element("title", words(text))


def plot(children: Iterable[Svg], *, height: float, width: float = PLOT_WIDTH) -> Svg:
    """The stretching part: curves only, never words."""
    return element(
        "svg",
        *children,
        class_="chart-plot",
        width="100%",
        height=height,
        view_box=f"0 0 {number(width)} {number(height)}",
        aspect="none",
    )


def figure(
    children: Iterable[Svg], *, kind: str, height: float, text: str, role: str = "img"
) -> Svg:
    return element(
        "svg",
        *children,
        class_=f"chart chart-{kind}",
        width="100%",
        height=height,
        role=role,
        aria_label=text,
    )


def polylines(points: Sequence[tuple[float, float] | None]) -> str:
    """Path data; None lifts the pen, so that a gap in the data is a gap in the line."""
    commands: list[str] = []
    is_drawing = False
    for point in points:
        if point is None:
            is_drawing = False
            continue
        commands.append(f"{'L' if is_drawing else 'M'}{number(point[0])} {number(point[1])}")
        is_drawing = True
    return "".join(commands)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps low..high onto start..end; a flat domain maps to the middle."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def anchor(position: float) -> str:
    """Which end of a word stands at a position (percent), so that it stays inside the chart."""
    if position < 8:
        return "start"
    return "end" if position > 92 else "middle"
