"""Where accounts stood at the end of a day: band and score as judged, ARR as the ledger says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.money.rates import DayRates
from accounts.money.sql import RATES, converted, rate_params
from metrics.facts.scope import ReportScope

Chosen = Callable[[str], str]
"""A condition on the accounts, given the name of the column with their ids."""


@dataclass(frozen=True, slots=True)
class ReportDate:
    """The end of `day`, or the present state of things while that day is not over.

    Scores are those of `scored_on`, the latest closed day by then. `zone` is where days begin and
    end. `is_stored` says that the rows by day have it all: only metrics.facts.days may.
    """

    day: date
    rates: DayRates
    zone: str
    scored_on: date | None = None
    is_present: bool = False
    is_stored: bool = False

    @property
    def ends_at(self) -> datetime:
        """The first moment of the day after."""
        return datetime.combine(self.day + timedelta(days=1), time(), tzinfo=ZoneInfo(self.zone))

    def params(self) -> dict[str, Any]:
        scored_on = self.scored_on or self.day
        return {
            "day": self.day,
            "scored_on": scored_on,
            "zone": self.zone,
            **rate_params(self.rates),
        }


# Uses index: health_healthscore_pkey. Their day is one of many in its partition.
_JUDGED_ON_DAY = """
    SELECT s.account_id, coalesce(o.band, s.band) AS band, coalesce(b.at_risk, false) AS at_risk,
        s.score
    FROM accounts_account a
    JOIN LATERAL (
        SELECT h.account_id, h.band, h.score, h.scorecard_id FROM health_healthscore h
        WHERE h.account_id = a.id AND h.day = %(scored_on)s ORDER BY h.revision DESC LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT v.band FROM health_bandoverride v
        WHERE v.account_id = a.id AND %(scored_on)s::date BETWEEN v.starts_on AND v.expires_on
            AND (v.ended_at IS NULL
                OR (v.ended_at AT TIME ZONE %(zone)s)::date > %(scored_on)s::date)
        ORDER BY v.id DESC LIMIT 1
    ) o ON true
    LEFT JOIN health_band b
        ON b.scorecard_id = s.scorecard_id AND b.key = coalesce(o.band, s.band)
    WHERE {chosen}
"""
_JUDGED_NOW = """
    SELECT a.account_id, a.effective_band AS band, a.at_risk, a.score
    FROM health_currenthealth a WHERE {chosen}
"""
_JUDGED_STORED = """
    SELECT a.account_id, a.band, a.at_risk, a.score
    FROM metrics_accountday a WHERE a.day = %(day)s AND {chosen}
"""


def judged(moment: ReportDate, *, chosen: Chosen) -> str:
    """SQL: account_id, band, at_risk, score."""
    if moment.is_present:
        return _JUDGED_NOW.format(chosen=chosen("a.account_id"))
    if moment.is_stored:
        return _JUDGED_STORED.format(chosen=chosen("a.account_id"))
    return _JUDGED_ON_DAY.format(chosen=chosen("a.id"))


# Rows are converted one by one, as all reports do; who owes nothing in any currency does not pay.
# Uses index: movement_account_day (index only).
_PAID_ON_DAY = f"""
    SELECT x.account_id, coalesce(sum(x.arr), 0)::bigint AS arr,
        coalesce(string_agg(x.currency, ', ') FILTER (WHERE x.arr IS NULL AND x.native <> 0), '')
            AS without_rate
    FROM (
        SELECT m.account_id, m.currency, sum(m.amount_minor) AS native,
            CASE WHEN bool_or(r.rate IS NULL) THEN NULL ELSE sum({converted("m.amount_minor")}) END
                AS arr
        FROM accounts_revenuemovement m LEFT JOIN {RATES} ON r.currency = m.currency
        WHERE m.effective_on <= %(day)s AND {{chosen}}
        GROUP BY m.account_id, m.currency
    ) x
    GROUP BY x.account_id
    HAVING bool_or(x.native <> 0)
        AND (sum(x.arr) > 0 OR bool_or(x.arr IS NULL AND x.native <> 0))
"""  # noqa: S608 -- constant expressions, no input
_PAID_NOW = f"""
    SELECT a.id AS account_id, coalesce({converted("a.arr_minor")}, 0) AS arr,
        CASE WHEN r.rate IS NULL AND a.arr_minor <> 0 THEN a.currency ELSE '' END AS without_rate
    FROM accounts_account a LEFT JOIN {RATES} ON r.currency = a.currency
    WHERE a.status = 'active' AND {{chosen}}
"""  # noqa: S608 -- constant expressions, no input
_PAID_STORED = """
    SELECT a.account_id, a.arr_minor AS arr, a.without_rate
    FROM metrics_accountday a WHERE a.day = %(day)s AND {chosen}
"""


def paid(moment: ReportDate, *, chosen: Chosen, known: str = "") -> str:
    """SQL: account_id, ARR, and the currencies it is without, for want of a rate. `known`: a
    condition on movements (m), where not all that are recorded by now count."""
    if known:
        return _PAID_ON_DAY.format(chosen=f"{chosen('m.account_id')} AND {known}")
    if moment.is_present:
        return _PAID_NOW.format(chosen=chosen("a.id"))
    if moment.is_stored:
        return _PAID_STORED.format(chosen=chosen("a.account_id"))
    return _PAID_ON_DAY.format(chosen=chosen("m.account_id"))


_JUDGED_ACCOUNTS = """
    SELECT account_id, coalesce(h.band, 'unscored') AS band, coalesce(h.at_risk, false) AS at_risk,
        h.score, coalesce(p.without_rate, '') AS without_rate, coalesce(p.arr, 0) AS arr
    FROM ({paid}) p {join} JOIN ({judged}) h USING (account_id)
"""
_JUDGED_ACCOUNTS_STORED = """
    SELECT d.account_id, d.band, d.at_risk, d.score, d.without_rate, d.arr_minor AS arr
    FROM metrics_accountday d WHERE d.day = %(day)s AND {chosen}
"""


def judged_accounts(moment: ReportDate, *, scope: ReportScope) -> str:
    """SQL: account_id, band, at_risk, score, without_rate, arr.

    All that paid or were judged on a day; at present all that are customers.
    """
    if moment.is_stored:
        return _JUDGED_ACCOUNTS_STORED.format(chosen=scope.of_column("d.account_id"))
    return _JUDGED_ACCOUNTS.format(
        paid=paid(moment, chosen=scope.of_column),
        judged=judged(moment, chosen=scope.of_column),
        join="LEFT" if moment.is_present else "FULL",
    )
