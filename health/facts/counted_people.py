"""People of sources that count them a day, or a week, without saying who they were.

The largest of the counts in a window is the least that were active in it. On which days each of
them was is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from psycopg2 import sql

from health.facts.scope import NEVER, FactScope, Ints, Table
from health.measures.inputs import Floats

# More than the longest window that people are counted over.
_DAYS = 112

# What was learned later is a difference.
_COUNTS = sql.SQL("""
    SELECT c.account_id, (c.day - DATE '1970-01-01')::bigint,
        (c.learned_on - DATE '1970-01-01')::bigint, c.users::bigint
    FROM accounts_activeusersday c
    WHERE {accounts} AND c.day > {first}::date - {days} AND c.day <= {last}::date
""")


@dataclass(frozen=True, slots=True)
class CountedPeople:
    """Rows of counts by account and day; `known` is the day a row was learned on."""

    table: Table
    accounts: int
    as_known: bool

    def largest(self, *, end: int, window: int, known_by: int) -> Floats:
        """The largest count in the `window` days up to `end`; NaN where none was told."""
        days = self.table["day"]
        rows = (days <= end) & (days > end - window)
        if self.as_known:
            rows &= self.table["known"] <= known_by
        # The rows of one account and day together are its count.
        keys, place = np.unique(self.table.position[rows] << 20 | days[rows], return_inverse=True)
        counts = np.bincount(place, self.table["users"][rows], len(keys))
        found = np.full(self.accounts, -np.inf)
        np.maximum.at(found, keys >> 20, counts)
        return np.where(np.isinf(found), np.nan, found)

    @property
    def first_days(self) -> Ints:
        """Of what was read; NEVER where that is nothing."""
        first = np.full(self.accounts, NEVER, dtype=np.int64)
        np.minimum.at(first, self.table.position, self.table["day"])
        return first


def load_counted(scope: FactScope) -> CountedPeople:
    query = _COUNTS.format(
        accounts=scope.accounts("c.account_id"),
        first=sql.Literal(scope.window_end(scope.first_day)),
        last=sql.Literal(scope.last_day),
        days=sql.Literal(_DAYS),
    )
    table = scope.fetch(query, ("id", "day", "known", "users"))
    return CountedPeople(table, len(scope), scope.as_known)


def least(people: Floats, counted: Floats) -> Floats:
    """People known one by one; where there is none of those, as many as were counted."""
    return np.where((people == 0) & ~np.isnan(counted), counted, people)
