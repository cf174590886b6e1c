"""Scores before and after in equal steps: bars for after, an outline for before."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from accounts.ui.charts.svg import (
    PLOT_WIDTH,
    Chart,
    Scale,
    Svg,
    anchor,
    element,
    figure,
    hover,
    label,
    number,
    percent,
    plot,
)

HEIGHT, TOP, BASE = 170, 12, 144
GAP = 0.4  # percent of the width between two bars


def before_and_after(
    before: Sequence[int], after: Sequence[int], *, tones: Sequence[str], label: str
) -> Chart:
    """As many steps in all three, from 0 to 100; `tones` colours the bars of `after`."""
    step = 100 / max(len(after), 1)
    highest = max([*before, *after], default=0)
    names = [f"{number(n * step)}–{number((n + 1) * step)}" for n in range(len(after))]
    rows = tuple(
        (name, f"{old:,}", f"{new:,}") for name, old, new in zip(names, before, after, strict=True)
    )
    text = f"{label}: {_spoken_summary(before, after, names)}"
    head = (gettext("Score"), gettext("Today"), gettext("With the draft"))
    if not highest:
        return Chart(
            svg=Svg(""),
            text=gettext("%(label)s: nothing to show") % {"label": label},
            head=head,
            rows=(),
        )
    y = Scale(0, highest, BASE, TOP)
    marks = [
        element("line", x1="0", x2="100%", y1=BASE, y2=BASE, class_="chart-base"),
        *_after_bars(before, after, names, tones, y),
        plot([element("path", d=_before_outline(before, y), class_="chart-before")], height=BASE),
        *_score_ticks(),
    ]
    svg = figure(marks, kind="histogram", height=HEIGHT, text=text)
    return Chart(svg=svg, text=text, head=head, rows=rows, numbers=(1, 2))


def _after_bars(
    before: Sequence[int],
    after: Sequence[int],
    names: Sequence[str],
    tones: Sequence[str],
    y: Scale,
) -> list[Svg]:
    step = 100 / len(after)
    return [
        element(
            "rect",
            hover(
                gettext("%(name)s: %(new)s accounts, today %(old)s")
                % {"name": name, "new": f"{new:,}", "old": f"{old:,}"}
            ),
            x=percent(place * step + GAP / 2),
            y=y(new),
            width=percent(step - GAP),
            height=BASE - y(new),
            class_=f"chart-fill is-{tone}",
        )
        for place, (old, new, name, tone) in enumerate(
            zip(before, after, names, tones, strict=True)
        )
        if new
    ]


def _before_outline(before: Sequence[int], y: Scale) -> str:
    width = PLOT_WIDTH / len(before)
    corners = [
        point
        for place, count in enumerate(before)
        for point in ((place * width, y(count)), ((place + 1) * width, y(count)))
    ]
    return "".join(
        f"{'L' if place else 'M'}{number(px)} {number(py)}"
        for place, (px, py) in enumerate(corners)
    )


def _score_ticks() -> list[Svg]:
    return [
        label(
            number(value),
            x=percent(value),
            y=BASE + 18,
            text_anchor=anchor(value),
            class_="chart-tick",
        )
        for value in range(0, 101, 20)
    ]


def _spoken_summary(before: Sequence[int], after: Sequence[int], names: Sequence[str]) -> str:
    moved = [
        gettext("%(name)s %(old)s today, %(new)s with the draft")
        % {"name": name, "old": f"{old:,}", "new": f"{new:,}"}
        for name, old, new in zip(names, before, after, strict=True)
        if old != new
    ]
    return "; ".join(moved) or gettext("no score changes its step")
