"""Since when each source delivers: a source that never did leaves its measures missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from health.facts.scope import number
from health.measures import Source
from health.models import SourceFeed

# First and latest day of each source, as the installation counts days.
_SPANS = """
    SELECT 'usage', min(day), max(day) FROM accounts_usageday
    UNION ALL
    SELECT 'activity', min(month), max(month) FROM accounts_usermonth
    UNION ALL
    SELECT 'support', min(opened_at AT TIME ZONE %(zone)s)::date,
        max(opened_at AT TIME ZONE %(zone)s)::date FROM accounts_ticket
    UNION ALL
    SELECT 'revenue', min(effective_on), max(effective_on) FROM accounts_revenuemovement
    UNION ALL
    SELECT 'payment', min(issued_on), max(issued_on) FROM accounts_invoice
    UNION ALL
    SELECT 'contacts', min(met_on), max(met_on) FROM accounts_contact
    UNION ALL
    SELECT 'interactions', min(occurred_at AT TIME ZONE %(zone)s)::date,
        max(occurred_at AT TIME ZONE %(zone)s)::date FROM accounts_interaction
    UNION ALL
    SELECT 'events', min(occurred_on), max(occurred_on) FROM accounts_businessevent
    UNION ALL
    SELECT 'onboarding', min(due_on), max(due_on) FROM accounts_onboardingstep
"""


@dataclass(frozen=True, slots=True)
class Feeds:
    """Day numbers of each source's first row; None where the source is not connected."""

    first_days: dict[str, int]

    def since(self, source: Source) -> int | None:
        return self.first_days.get(source.value)

    @property
    def is_complete(self) -> bool:
        return len(self.first_days) == len(Source)


def read_spans(*, zone: str) -> list[tuple[str, date, date]]:
    """(source, first day, latest day) of the sources that have delivered anything."""
    with connection.cursor() as cursor:
        cursor.execute(_SPANS, {"zone": zone})
        return [row for row in cursor.fetchall() if row[1] is not None]


def remembered_feeds() -> Feeds:
    rows = SourceFeed.objects.values_list("source", "first_day")
    return Feeds({source: number(first_day) for source, first_day in rows})
