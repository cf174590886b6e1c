"""What the figures of a report are without, for the people who read them."""

from datetime import date, datetime

from accounts.models import User
from metrics.facts.gaps import ReportGaps, read_gaps
from metrics.facts.scope import ReportScope
from metrics.retention.windows import quarter_of, trailing_window


def report_gaps(
    *, user: User, base: str, day: date, known_before: datetime | None = None
) -> ReportGaps:
    """A rate is early where the last day of the twelve months has none yet: the day of the report
    is never before it."""
    return read_gaps(
        scope=ReportScope.of(user=user, known_before=known_before),
        base=base,
        converted_on=trailing_window(as_of=day).end,
        day=day,
        quarter=quarter_of(day),
    )
