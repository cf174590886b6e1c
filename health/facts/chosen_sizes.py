"""Limits and employees of accounts as they were on a day, of those that somebody told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from psycopg2 import sql

from accounts.catalogue import HistoryAttribute
from health.facts.given import Given
from health.facts.scope import NEVER, FactScope, Ints, Table, number
from health.facts.sources import Feeds
from health.measures.demands import Demand, Employees, UsageLimit
from health.measures.inputs import Floats

# Uses index: accounts_account_pkey
_PRESENT = sql.SQL("""
    SELECT a.id, COALESCE(a.usage_limit, -1)::bigint, COALESCE(a.employees, -1)::bigint
    FROM accounts_account a
    WHERE {accounts} AND (a.usage_limit IS NOT NULL OR a.employees IS NOT NULL)
""")

# Uses index: history_cut
_HISTORY = sql.SQL("""
    SELECT h.account_id, (h.attribute = 'employees')::int::bigint,
        COALESCE(NULLIF(h.value, '')::bigint, -1),
        (h.valid_from - DATE '1970-01-01')::bigint,
        COALESCE(h.valid_to - DATE '1970-01-01', {never})::bigint,
        {known}::bigint, {superseded}::bigint
    FROM accounts_attributehistory h
    WHERE h.contact_id IS NULL AND h.attribute = ANY ({attributes}) AND {accounts}
""")
_ATTRIBUTES = (HistoryAttribute.USAGE_LIMIT, HistoryAttribute.EMPLOYEES)


@dataclass(frozen=True, slots=True)
class SizeRows:
    """`present`: limits and employees, -1 where unknown."""

    present: tuple[Ints, Ints]
    history: Table
    scope: FactScope

    def answer(self, demand: Demand, day: date, given: Given) -> Floats | None:
        match demand:
            case UsageLimit():
                return self._value_on(_ATTRIBUTES[0], day, known_by=number(day))
            case Employees():
                then = day - timedelta(days=demand.days_ago)
                return self._value_on(_ATTRIBUTES[1], then, known_by=number(day))
            case _:
                return None

    def _value_on(self, attribute: HistoryAttribute, day: date, *, known_by: int) -> Floats:
        """As it is now where no day was ever recorded, if it is asked of the day itself."""
        table, on_day = self.history, number(day)
        own = table["attribute"] == _ATTRIBUTES.index(attribute)
        values = self.present[_ATTRIBUTES.index(attribute)].copy()
        if on_day != known_by:
            values[:] = -1
        values[table.position[own]] = -1
        rows = own & (table["start"] <= on_day) & (table["stop"] > on_day)
        rows &= (table["known"] <= known_by) & (table["superseded"] > known_by)
        values[table.position[rows]] = table["value"][rows]
        return np.where(values >= 0, values.astype(np.float64), np.nan)


def load_sizes(scope: FactScope, demands: Collection[Demand], _feeds: Feeds) -> SizeRows | None:
    if not any(isinstance(each, UsageLimit | Employees) for each in demands):
        return None
    query = _PRESENT.format(accounts=scope.accounts("a.id"))
    table = scope.fetch(query, ("id", "usage_limit", "employees"))
    limits, employees = (np.full(len(scope), -1, dtype=np.int64) for _ in range(2))
    limits[table.position] = table["usage_limit"]
    employees[table.position] = table["employees"]
    query = _HISTORY.format(
        known=scope.known("h.learned_at"),
        superseded=scope.superseded("h.superseded_at"),
        never=sql.Literal(NEVER),
        attributes=sql.Literal([attribute.value for attribute in _ATTRIBUTES]),
        accounts=scope.accounts("h.account_id"),
    )
    columns = ("id", "attribute", "value", "start", "stop", "known", "superseded")
    return SizeRows((limits, employees), scope.fetch(query, columns), scope)
