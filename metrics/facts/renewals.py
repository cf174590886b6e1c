"""Contracts whose term ends in a window, and what became of them by a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from metrics.facts.converting import RATES, converted, refuse_missing
from metrics.facts.scope import Scope
from metrics.retention.windows import Window


class RenewalState(StrEnum):
    RENEWED = "renewed"
    LOST = "lost"
    OPEN = "open"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class RenewalTotal:
    """ARR of the ending contracts in minor units of the reporting currency."""

    state: RenewalState
    at_risk: bool
    contracts: int
    arr: int


@dataclass(frozen=True, slots=True)
class RenewalRow:
    external_id: str
    name: str
    contract: str
    ends_on: date
    state: RenewalState
    band: str
    arr: int


# Uses index: contract_open_end for what is open; closed ones of a quarter are few.
_DUE = f"""
    SELECT c.account_id, c.external_id, c.ends_on, coalesce(h.at_risk, false) AS at_risk,
        coalesce(h.effective_band, 'unscored') AS band,
        CASE
            WHEN successor.id IS NOT NULL OR (c.state = 'renewed' AND c.closed_on <= %(day)s)
                THEN 'renewed'
            WHEN c.state IN ('cancelled', 'expired') AND c.closed_on <= %(day)s THEN 'lost'
            WHEN c.ends_on <= %(day)s THEN 'overdue'
            ELSE 'open'
        END AS state,
        c.currency, {converted("c.arr_minor")} AS arr
    FROM accounts_contract c
    LEFT JOIN accounts_contract successor
        ON successor.renews_id = c.id AND successor.learned_at::date <= %(day)s
    LEFT JOIN health_currenthealth h ON h.account_id = c.account_id
    LEFT JOIN {RATES} ON r.currency = c.currency
    WHERE c.ends_on > %(after)s AND c.ends_on <= %(until)s AND {{scope}}
"""  # noqa: S608 -- constant expressions, no input
_TOTALS = """
    SELECT state, at_risk, count(*), coalesce(sum(arr), 0)::bigint,
        max(currency) FILTER (WHERE arr IS NULL)
    FROM ({due}) due GROUP BY state, at_risk ORDER BY state, at_risk
"""
_LIST = """
    SELECT a.external_id, a.name, due.external_id, due.ends_on, due.state, due.band,
        coalesce(due.arr, 0)
    FROM ({due}) due JOIN accounts_account a ON a.id = due.account_id
    WHERE (%(state)s = '' OR due.state = %(state)s)
        AND (NOT %(at_risk)s OR (due.at_risk AND due.state IN ('open', 'overdue')))
    ORDER BY due.ends_on, due.arr DESC, due.external_id LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class RenewalsDue:
    """Terms that end within the window, as things stood on `day`.

    Raises metrics.facts.ledger.MissingRateError.
    """

    scope: Scope
    base: str
    rates: Mapping[str, Decimal]
    window: Window
    day: date

    def _query(self) -> tuple[str, dict[str, Any]]:
        params: dict[str, Any] = {
            "after": self.window.start,
            "until": self.window.end,
            "day": self.day,
            "currencies": list(self.rates),
            "rates": list(self.rates.values()),
        }
        return _DUE.format(scope=self.scope.condition(account="c.account_id")), params

    def totals(self) -> list[RenewalTotal]:
        due, params = self._query()
        with connection.cursor() as cursor:
            cursor.execute(_TOTALS.format(due=due), params)
            rows = cursor.fetchall()
        refuse_missing([row[-1] for row in rows], base=self.base)
        return [RenewalTotal(RenewalState(row[0]), *row[1:-1]) for row in rows]

    def contracts(
        self, *, state: RenewalState | None, at_risk: bool, limit: int, offset: int
    ) -> list[RenewalRow]:
        """The earliest end first; `at_risk` leaves those still to be decided."""
        due, params = self._query()
        params |= {
            "state": state or "",
            "at_risk": at_risk,
            "limit": limit,
            "offset": offset,
        }
        with connection.cursor() as cursor:
            cursor.execute(_LIST.format(due=due), params)
            return [RenewalRow(*row) for row in cursor.fetchall()]
