"""Figures about scoring itself: how many accounts it covers, and how calm it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from health.scoring import FLAP_DAYS, WANTED_FLAP_RATE

PERIOD_DAYS = 90
WANTED_COVERAGE = Decimal("0.95")

_COVERED = """
    SELECT count(*), count(*) FILTER (WHERE c.score IS NOT NULL AND c.day >= l.day)
    FROM accounts_account a LEFT JOIN health_currenthealth c ON c.account_id = a.id
    CROSS JOIN (
        SELECT COALESCE(max(day), %(day)s::date) AS day FROM health_closedday WHERE day <= %(day)s
    ) l
    WHERE a.status = 'active' AND c.band IS DISTINCT FROM 'too_new'
"""

# Fell and rose again, or rose and fell again, within so many days. Uses index: crossing_day
_FLAPPED = """
    SELECT a.account_id, max(b.day), count(DISTINCT (a.day, a.seq))
    FROM health_thresholdcrossing a
    JOIN health_thresholdcrossing b ON b.account_id = a.account_id AND b.subject = a.subject
        AND (b.day, b.seq) > (a.day, a.seq) AND b.day - a.day <= %(window)s
        AND b.from_band = a.to_band AND b.to_band = a.from_band
    JOIN accounts_account c ON c.id = a.account_id AND c.status = 'active'
    WHERE a.subject = 'score' AND a.cause = 'moved' AND b.cause = 'moved'
        AND a.day > %(day)s::date - %(period)s AND a.day <= %(day)s AND b.day <= %(day)s
    GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class ScoringFigures:
    """Of active accounts that are not too new: all of them, those scored for the latest day (the
    last closed one, or today), and those that crossed a band and back within FLAP_DAYS, in the last
    PERIOD_DAYS. Rates are fractions, None where nothing is counted.
    """

    active: int
    scored: int
    flapped: int

    @property
    def coverage(self) -> Decimal | None:
        return Decimal(self.scored) / self.active if self.active else None

    @property
    def is_covered(self) -> bool:
        return self.coverage is None or self.coverage >= WANTED_COVERAGE

    @property
    def flap_rate(self) -> Decimal | None:
        return Decimal(self.flapped) / self.scored if self.scored else None

    @property
    def is_calm(self) -> bool:
        return self.flap_rate is None or self.flap_rate <= WANTED_FLAP_RATE


@dataclass(frozen=True, slots=True)
class Flapped:
    """An account that crossed a band and back within FLAP_DAYS: how often, and when it did last."""

    account_id: int
    latest_day: date
    times: int


def flapped_accounts(*, day: date) -> list[Flapped]:
    """Those that did most first."""
    with connection.cursor() as cursor:
        cursor.execute(_FLAPPED, {"window": FLAP_DAYS, "period": PERIOD_DAYS, "day": day})
        return [Flapped(*row) for row in cursor.fetchall()]


def scoring_figures(*, day: date) -> ScoringFigures:
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, {"day": day})
        active, scored = cursor.fetchone()
    return ScoringFigures(active, scored, len(flapped_accounts(day=day)))
