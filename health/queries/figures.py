"""Figures about scoring itself: how many accounts it covers, and how calm it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

FLAP_DAYS = 14
PERIOD_DAYS = 90
WANTED_COVERAGE = Decimal("0.95")

_COVERED = """
    SELECT count(*), count(*) FILTER (WHERE c.band <> 'unscored')
    FROM accounts_account a LEFT JOIN health_currenthealth c ON c.account_id = a.id
    WHERE a.status = 'active'
"""

# Fell and rose again, or rose and fell again, within so many days. Uses index: crossing_day
_FLAPPED = """
    SELECT count(DISTINCT a.account_id)
    FROM health_thresholdcrossing a
    JOIN health_thresholdcrossing b ON b.account_id = a.account_id AND b.subject = a.subject
        AND (b.day, b.seq) > (a.day, a.seq) AND b.day - a.day <= %(window)s
        AND b.from_band = a.to_band AND b.to_band = a.from_band
    JOIN accounts_account c ON c.id = a.account_id AND c.status = 'active'
    WHERE a.subject = 'score' AND a.cause = 'moved' AND b.cause = 'moved'
        AND a.day > %(day)s::date - %(period)s AND a.day <= %(day)s AND b.day <= %(day)s
"""


@dataclass(frozen=True, slots=True)
class ScoringFigures:
    """Of active accounts: all of them, those with a score, and those that crossed a band and back
    within FLAP_DAYS, in the last PERIOD_DAYS. Rates are fractions, None where nothing is counted.
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


def scoring_figures(*, day: date) -> ScoringFigures:
    with connection.cursor() as cursor:
        cursor.execute(_COVERED)
        active, scored = cursor.fetchone()
        cursor.execute(_FLAPPED, {"window": FLAP_DAYS, "period": PERIOD_DAYS, "day": day})
        (flapped,) = cursor.fetchone()
    return ScoringFigures(active, scored, flapped)
