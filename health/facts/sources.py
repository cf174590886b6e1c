"""Since when each source delivers: a source that never did leaves its measures missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from health.facts.scope import number
from health.measures import FactSource
from health.models import SourceFeed

# A month is a bitmap of days, the 1st lowest: of the first month, the lowest bit of all, and of the
# latest one the highest.
_ACTIVITY = """
    SELECT LEAST(u.first, c.first), GREATEST(u.latest, c.latest)
    FROM (
        SELECT s.first + GREATEST((
            SELECT position('1' IN reverse(bit_or(u.days)::bit(31)::text))
            FROM accounts_usermonth u WHERE u.month = s.first
        ) - 1, 0), s.latest + GREATEST((
            SELECT length(ltrim(bit_or(u.days)::bit(31)::text, '0'))
            FROM accounts_usermonth u WHERE u.month = s.latest
        ) - 1, 0)
        FROM (SELECT min(month) AS first, max(month) AS latest FROM accounts_usermonth) s
    ) u(first, latest), (SELECT min(day), max(day) FROM accounts_activeusersday) c(first, latest)
"""

# First and latest day of each source, as the installation counts days.
_SPANS = {
    FactSource.USAGE: "SELECT min(day), max(day) FROM accounts_usageday",
    FactSource.ACTIVITY: _ACTIVITY,
    FactSource.SESSIONS: "SELECT min(day), max(day) FROM accounts_sessionday",
    FactSource.SUPPORT: "SELECT min(opened_at AT TIME ZONE %(zone)s)::date,"
    " max(opened_at AT TIME ZONE %(zone)s)::date FROM accounts_ticket",
    FactSource.REVENUE: "SELECT min(effective_on), max(effective_on) FROM accounts_revenuemovement",
    FactSource.PAYMENT: "SELECT min(issued_on), max(issued_on) FROM accounts_invoice",
    FactSource.CONTACTS: "SELECT min(met_on), max(met_on) FROM accounts_contact",
    FactSource.INTERACTIONS: "SELECT min(occurred_at AT TIME ZONE %(zone)s)::date,"
    " max(occurred_at AT TIME ZONE %(zone)s)::date FROM accounts_interaction",
    FactSource.EVENTS: "SELECT min(occurred_on), max(occurred_on) FROM accounts_businessevent",
    # A due day that lies ahead is a plan; what was delivered last is a step that was done.
    FactSource.ONBOARDING: "SELECT min(due_on), max(done_on) FROM accounts_onboardingstep",
    FactSource.SURVEYS: "SELECT min(answered_at AT TIME ZONE %(zone)s)::date,"
    " max(answered_at AT TIME ZONE %(zone)s)::date FROM surveys_response",
    FactSource.CSM_SENTIMENT: "SELECT min(said_at AT TIME ZONE %(zone)s)::date,"
    " max(said_at AT TIME ZONE %(zone)s)::date FROM accounts_csmsentiment",
}

# Whether a source delivers at all, before a night has asked since when.
_DELIVERS = {
    FactSource.USAGE: "accounts_usageday",
    FactSource.ACTIVITY: "(SELECT 1 FROM accounts_usermonth"
    " UNION ALL SELECT 1 FROM accounts_activeusersday) a",
    FactSource.SESSIONS: "accounts_sessionday",
    FactSource.SUPPORT: "accounts_ticket",
    FactSource.REVENUE: "accounts_revenuemovement",
    FactSource.PAYMENT: "accounts_invoice",
    FactSource.CONTACTS: "accounts_contact",
    FactSource.INTERACTIONS: "accounts_interaction",
    FactSource.EVENTS: "accounts_businessevent",
    FactSource.ONBOARDING: "accounts_onboardingstep",
    FactSource.SURVEYS: "surveys_response",
    FactSource.CSM_SENTIMENT: "accounts_csmsentiment",
}


@dataclass(frozen=True, slots=True)
class Feeds:
    """Day numbers of each source's first row; None where the source is not connected."""

    first_days: dict[str, int]

    def since(self, source: FactSource) -> int | None:
        return self.first_days.get(source.value)

    @property
    def missing(self) -> list[FactSource]:
        return [source for source in FactSource if source.value not in self.first_days]


def read_spans(
    *, zone: str, only: Sequence[FactSource] = tuple(FactSource)
) -> list[tuple[str, date, date | None]]:
    """(source, first day, latest day) of those sources that have delivered anything.

    The latest day is None for onboarding while no step is done.
    """
    spans = []
    with connection.cursor() as cursor:
        for source in sorted(only):
            cursor.execute(_SPANS[source], {"zone": zone})
            first, latest = cursor.fetchone()
            if first is not None:
                spans.append((source.value, first, latest))
    return spans


def remembered_feeds() -> Feeds:
    rows = SourceFeed.objects.values_list("source", "first_day")
    return Feeds({source: number(first_day) for source, first_day in rows})


def connected_sources(known: Collection[str] | None = None) -> set[FactSource]:
    """Those the night has seen (`known`, where they were read already), and what has delivered
    since."""
    if known is None:
        known = set(SourceFeed.objects.values_list("source", flat=True))
    unknown = [source for source in FactSource if source not in known]
    if not unknown:
        return set(FactSource)
    asked = ", ".join(f"EXISTS (SELECT FROM {_DELIVERS[source]})" for source in unknown)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        found = cursor.fetchone()
    silent = {source for source, delivers in zip(unknown, found, strict=True) if not delivers}
    return set(FactSource) - silent
