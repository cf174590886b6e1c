"""NPS among the figures of a report: that of its day, and what it was before."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from metrics.facts.days import StoredDays
from metrics.queries.report_snapshot import ReportSnapshot
from metrics.retention.windows import latest_month_end, months_before
from surveys.scoring.scores import Score


@dataclass(frozen=True, slots=True)
class NpsPicture:
    """Each is of 90 days; None where nobody answered in them. `by_month`: at the month-ends of a
    year that are stored."""

    now: Score | None
    by_month: tuple[tuple[date, Score], ...]
    month_end: date
    """The newest by the day of the report."""

    def change(self, *, months: int) -> Fraction | None:
        """Points on the month-end so many months before the newest."""
        then = dict(self.by_month).get(months_before(end=self.month_end, months=months))
        return None if self.now is None or then is None else self.now.value - then.value


def nps_of(snapshot: ReportSnapshot, stored: StoredDays) -> NpsPicture:
    """Who sees a part of the accounts is shown no month before: days are stored for all."""
    day = snapshot.moment.day
    scores = {end: found.nps.score for end, found in stored.items()}
    sees_all = snapshot.scope.is_everything
    return NpsPicture(
        now=snapshot.nps().score,
        by_month=tuple(
            (end, told)
            for end, told in sorted(scores.items())
            if sees_all and told is not None and end < day
        ),
        month_end=latest_month_end(day),
    )
