"""Accounts and ARR by health band: now, and on a stored month-end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from metrics.facts.converting import RATES, converted, refuse_missing
from metrics.facts.scope import Scope

UNSCORED = "unscored"


@dataclass(frozen=True, slots=True)
class BandTotal:
    """ARR in minor units of the reporting currency; `below_sixty` counts scored accounts."""

    band: str
    at_risk: bool
    accounts: int
    arr: int
    below_sixty: int = 0


@dataclass(frozen=True, slots=True)
class BandAccount:
    external_id: str
    name: str
    owner: str
    band: str
    score: Decimal | None
    arr: int


@dataclass(frozen=True, slots=True)
class BandFilter:
    """Both empty: every account."""

    band: str = ""
    at_risk: bool = False


_NOW = f"""
    SELECT a.id AS account_id, coalesce(h.effective_band, 'unscored') AS band,
        coalesce(h.at_risk, false) AS at_risk, h.score, a.currency,
        {converted("a.arr_minor")} AS arr
    FROM accounts_account a
    LEFT JOIN health_currenthealth h ON h.account_id = a.id
    LEFT JOIN {RATES} ON r.currency = a.currency
    WHERE a.status = 'active' AND {{scope}}
"""  # noqa: S608 -- a constant expression, no input
# Uses index: account_month_month, and the day's partition of the scores.
_ON_MONTH = """
    SELECT a.id AS account_id, coalesce(o.band, s.band, 'unscored') AS band,
        coalesce(b.at_risk, false) AS at_risk, s.score, a.currency,
        coalesce(m.end_minor, 0) AS arr
    FROM (
        SELECT account_id, end_minor FROM metrics_accountmonth
        WHERE month = %(month)s AND is_active
    ) m
    FULL JOIN (
        SELECT DISTINCT ON (account_id) account_id, band, score, scorecard_id
        FROM health_healthscore WHERE day = %(month)s ORDER BY account_id, revision DESC
    ) s USING (account_id)
    JOIN accounts_account a ON a.id = account_id
    LEFT JOIN LATERAL (
        SELECT band FROM health_bandoverride v
        WHERE v.account_id = a.id AND %(month)s::date BETWEEN v.starts_on AND v.expires_on
            AND (v.ended_at IS NULL OR v.ended_at::date > %(month)s::date)
        ORDER BY v.id DESC LIMIT 1
    ) o ON true
    LEFT JOIN health_band b
        ON b.scorecard_id = s.scorecard_id AND b.key = coalesce(o.band, s.band)
    WHERE {scope}
"""
_TOTALS = """
    SELECT band, at_risk, count(*), coalesce(sum(arr), 0)::bigint,
        count(*) FILTER (WHERE score < 60),
        max(currency) FILTER (WHERE arr IS NULL)
    FROM ({state}) state GROUP BY band, at_risk ORDER BY band, at_risk
"""
_LIST = """
    SELECT a.external_id, a.name, coalesce(u.name, p.name, ''), state.band, state.score,
        coalesce(state.arr, 0)
    FROM ({state}) state
    JOIN accounts_account a ON a.id = state.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
    WHERE (%(band)s = '' OR state.band = %(band)s) AND (NOT %(at_risk)s OR state.at_risk)
    ORDER BY state.arr DESC NULLS LAST, a.id LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class HealthState:
    """Where the bands are read from: `month` None is the present state, at the given rates.

    Raises metrics.facts.ledger.MissingRateError.
    """

    scope: Scope
    base: str
    rates: Mapping[str, Decimal]
    month: date | None = None

    def _query(self) -> tuple[str, dict[str, Any]]:
        template = _NOW if self.month is None else _ON_MONTH
        params: dict[str, Any] = {
            "month": self.month,
            "currencies": list(self.rates),
            "rates": list(self.rates.values()),
        }
        return template.format(scope=self.scope.condition(account="a.id")), params

    def totals(self) -> list[BandTotal]:
        state, params = self._query()
        with connection.cursor() as cursor:
            cursor.execute(_TOTALS.format(state=state), params)
            rows = cursor.fetchall()
        refuse_missing([row[-1] for row in rows], base=self.base)
        return [BandTotal(*row[:-1]) for row in rows]

    def accounts(self, *, wanted: BandFilter, limit: int, offset: int) -> list[BandAccount]:
        """The largest ARR first."""
        state, params = self._query()
        params |= {"band": wanted.band, "at_risk": wanted.at_risk, "limit": limit, "offset": offset}
        with connection.cursor() as cursor:
            cursor.execute(_LIST.format(state=state), params)
            return [BandAccount(*row) for row in cursor.fetchall()]
