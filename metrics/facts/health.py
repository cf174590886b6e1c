"""Accounts and ARR by health band at a moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from metrics.facts.chunks import in_chunks
from metrics.facts.report_date import ReportDate, judged_accounts
from metrics.facts.scope import ReportScope


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
    """`without_rate` are currencies of amounts that are not in the ARR."""

    external_id: str
    name: str
    owner: str
    band: str
    score: Decimal | None
    arr: int
    without_rate: str


@dataclass(frozen=True, slots=True)
class BandFilter:
    """Both empty: every account."""

    band: str = ""
    at_risk: bool = False

    def keeps(self, total: BandTotal) -> bool:
        return self.band in ("", total.band) and (total.at_risk or not self.at_risk)


_TOTALS = """
    SELECT band, at_risk, count(*), coalesce(sum(arr), 0)::bigint,
        count(*) FILTER (WHERE score < 60)
    FROM ({judged_accounts}) judged GROUP BY band, at_risk ORDER BY band, at_risk
"""
# Uses index: account_day_at_risk, account_day_band, account_day_largest, on a stored day.
_LIST = """
    SELECT a.external_id, a.name, coalesce(u.name, p.name, ''), s.band, s.score, s.arr,
        s.without_rate
    FROM ({judged_accounts}) s
    JOIN accounts_account a ON a.id = s.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
    WHERE {wanted}
    ORDER BY s.arr DESC, s.account_id
"""


@dataclass(frozen=True, slots=True)
class HealthState:
    scope: ReportScope
    moment: ReportDate

    def totals(self) -> list[BandTotal]:
        query = _TOTALS.format(judged_accounts=judged_accounts(self.moment, scope=self.scope))
        with connection.cursor() as cursor:
            cursor.execute(query, self.moment.params())
            rows = cursor.fetchall()
        return [BandTotal(*row) for row in rows]

    def accounts(self, *, wanted: BandFilter, limit: int, offset: int) -> list[BandAccount]:
        """The largest ARR first."""
        query, params = self._list_query(wanted)
        params |= {"limit": limit, "offset": offset}
        with connection.cursor() as cursor:
            cursor.execute(f"{query} LIMIT %(limit)s OFFSET %(offset)s", params)
            return [BandAccount(*row) for row in cursor.fetchall()]

    def all_accounts(self, *, wanted: BandFilter) -> Iterator[BandAccount]:
        return (BandAccount(*row) for row in in_chunks(*self._list_query(wanted)))

    def _list_query(self, wanted: BandFilter) -> tuple[str, dict[str, Any]]:
        # Written out, so that an index on one band or on those at risk is seen to fit.
        parts = ["s.band = %(band)s"] if wanted.band else []
        parts += ["s.at_risk"] if wanted.at_risk else []
        query = _LIST.format(
            judged_accounts=judged_accounts(self.moment, scope=self.scope),
            wanted=" AND ".join(parts) or "true",
        )
        return query, {**self.moment.params(), "band": wanted.band}
