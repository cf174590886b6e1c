"""Why net revenue retention moved, in a sentence whose parts open what they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from metrics.definitions import FIGURES, Figure, Rate
from metrics.pages.executive.figures import QUARTER, YEAR, points, shown_rate
from metrics.queries.overview import Overview
from metrics.retention.causes import CauseOfChange, causes_of_change
from metrics.retention.rates import percent


@dataclass(frozen=True, slots=True)
class CauseWords:
    """`points` is what it adds to the rate, in percentage points."""

    figure: Figure
    label: str
    share: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class MoveOfRetention:
    """`points` of NRR on the quarter before, else on the year before."""

    headline: str
    causes: tuple[CauseWords, ...]


def move_of_retention(report: Overview) -> MoveOfRetention | None:
    """None without a report to compare with, or where it is the same to a tenth of a point."""
    for months, before in (
        (QUARTER, gettext("on the quarter before")),
        (YEAR, gettext("on the year before")),
    ):
        moved = points(report.rate(Rate.NRR), report.rate(Rate.NRR, months_ago=months))
        if moved is None:
            continue
        then = report.months[-1 - months].total
        causes = causes_of_change(now=report.latest.total, then=then)
        if not moved or not causes:
            return None
        words = gettext("NRR rose %(points)s points %(before)s")
        if moved < 0:
            words = gettext("NRR fell %(points)s points %(before)s")
        headline = words % {"points": abs(moved), "before": before}
        return MoveOfRetention(headline, tuple(map(_cause_words, causes)))
    return None


def _cause_words(cause: CauseOfChange) -> CauseWords:
    share = gettext("%(now)s of the start, %(then)s before")
    return CauseWords(
        figure=cause.figure,
        label=gettext(FIGURES[cause.figure].label),
        share=share % {"now": shown_rate(cause.now), "then": shown_rate(cause.then)},
        points=percent(rate=cause.by),
    )
