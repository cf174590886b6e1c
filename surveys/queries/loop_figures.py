"""How far answers get in the loop, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet
from django.utils.translation import gettext

from surveys.models import FollowUp


class _MedianTime(Aggregate):
    """Median of durations."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class LoopStep:
    """`reached` of `total` answers got this far; `median` of these, from the answer on."""

    state: FollowUp.State
    reached: int
    total: int
    median: timedelta | None

    @property
    def share(self) -> Fraction | None:
        """In percent; None where there is none to be a share of."""
        return Fraction(100 * self.reached, self.total) if self.total else None

    @property
    def share_shown(self) -> str:
        return "" if self.share is None else f"{round(self.share)} %"

    @property
    def median_shown(self) -> str:
        """In hours below two days, in days from then on."""
        if self.median is None:
            return ""
        hours = self.median / timedelta(hours=1)
        if hours < 48:
            return gettext("%(hours)s h") % {"hours": f"{hours:.1f}"}
        return gettext("%(days)s days") % {"days": f"{hours / 24:.1f}"}


_DATED = {
    FollowUp.State.TRIAGED: "triaged_at",
    FollowUp.State.ACTED: "acted_at",
    FollowUp.State.TOLD: "told_at",
}


def loop_steps(rows: QuerySet[FollowUp], *, since: datetime) -> list[LoopStep]:
    """Of the answers collected `since`, in one query; those dropped are no part of it."""
    counted = rows.filter(collected_at__gte=since).exclude(state=FollowUp.State.DROPPED)
    figures = counted.aggregate(
        total=Count("pk"),
        **{f"{state}_count": Count(column) for state, column in _DATED.items()},
        **{
            f"{state}_time": _MedianTime(
                F(column) - F("collected_at"), filter=Q(**{f"{column}__isnull": False})
            )
            for state, column in _DATED.items()
        },
    )
    return [
        LoopStep(state, figures[f"{state}_count"], figures["total"], figures[f"{state}_time"])
        for state in _DATED
    ]
