"""Figures about scoring itself: distribution, coverage, freshness, flapping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Q

from accounts.catalogue import AccountStatus
from accounts.models import Account
from health.models import CurrentHealth, SourceFeed
from health.scoring import UNSCORED

FLAP_DAYS = 14

_DISTRIBUTION = """
    SELECT COALESCE(c.effective_band, 'unscored'), a.currency, count(*), sum(a.arr_minor),
        COALESCE(bool_or(c.at_risk), false)
    FROM accounts_account a LEFT JOIN health_currenthealth c ON c.account_id = a.id
    WHERE a.status = 'active' AND a.id = ANY (%(ids)s)
    GROUP BY 1, 2 ORDER BY 1, 2
"""

# Fell and rose again, or rose and fell again, within so many days. Uses index: crossing_day
_FLAPPED = """
    SELECT count(DISTINCT a.account_id)
    FROM health_thresholdcrossing a
    JOIN health_thresholdcrossing b ON b.account_id = a.account_id AND b.subject = a.subject
        AND (b.day, b.seq) > (a.day, a.seq) AND b.day - a.day <= %(window)s
        AND b.from_band = a.to_band AND b.to_band = a.from_band
    WHERE a.subject = 'score' AND a.cause = 'moved' AND b.cause = 'moved'
        AND a.day > %(day)s::date - %(period)s AND b.day <= %(day)s
"""


@dataclass(frozen=True, slots=True)
class BandShare:
    """Active accounts whose effective band it is; ARR in minor units of `currency`."""

    band: str
    currency: str
    accounts: int
    arr_minor: int
    at_risk: bool


def distribution(*, account_ids: Iterable[int]) -> list[BandShare]:
    """Bands of these accounts, one row a currency; never judged counts as unscored."""
    with connection.cursor() as cursor:
        cursor.execute(_DISTRIBUTION, {"ids": list(account_ids)})
        return [
            BandShare(band, currency, accounts, int(arr), at_risk)
            for band, currency, accounts, arr, at_risk in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class Coverage:
    active: int
    scored: int

    @property
    def share(self) -> float | None:
        return self.scored / self.active if self.active else None


def coverage() -> Coverage:
    """Active accounts, and those of them that have a score (target: 95 % or more)."""
    active = Account.objects.filter(status=AccountStatus.ACTIVE)
    judged = CurrentHealth.objects.filter(account__status=AccountStatus.ACTIVE)
    return Coverage(active.count(), judged.exclude(band=UNSCORED).count())


@dataclass(frozen=True, slots=True)
class Freshness:
    """`is_fresh`: the source delivered something dated yesterday or later."""

    source: str
    latest_day: date | None
    is_fresh: bool


def freshness(*, day: date) -> list[Freshness]:
    """Every connected source, as noted when the latest day closed."""
    oldest = day - timedelta(days=1)
    feeds = SourceFeed.objects.order_by("source").values_list("source", "latest_day")
    return [
        Freshness(source, latest, latest is not None and latest >= oldest)
        for source, latest in feeds
    ]


def flap_rate(*, day: date, period: int = 90) -> float | None:
    """Share of scored accounts that crossed a band and back within 14 days, over a period."""
    totals = CurrentHealth.objects.aggregate(scored=Count("pk", filter=~Q(band=UNSCORED)))
    if not totals["scored"]:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_FLAPPED, {"window": FLAP_DAYS, "period": period, "day": day})
        (flapped,) = cursor.fetchone()
    return float(flapped / totals["scored"])
