"""Use of features on many days: rows are read once for a block, any window costs two look-ups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from psycopg2 import sql

from health.facts.scope import FactScope, Ints, Table, number
from health.measures.inputs import Flags, Floats

# Uses index: accounts_usageday_pkey for few accounts.
_DAILY = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, (u.day - DATE '1970-01-01')::bigint,
        (u.learned_on - DATE '1970-01-01')::bigint,
        CASE WHEN u.actor = 0 THEN u.events ELSE 0 END::bigint {more}
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {first}::date - {longest} AND u.day <= {last}::date
""")
_OF_ALL = ", u.actor::bigint, u.events::bigint, COALESCE(u.value, 0)::bigint"


@dataclass(frozen=True, slots=True)
class UsageDays:
    """Rows of the days from `origin` on: `events` are those of people, and where measures with
    parameters ask for them `actor`, `all_events` and `value` of everybody."""

    table: Table
    origin: int
    scope: FactScope

    def counted(self, key: Ints, amounts: Ints, *, keys: int, rows: Flags | None = None) -> Windows:
        """Sums by `key` (0 to `keys` - 1; one a row), of these `rows` only."""
        table, days = self.table, number(self.scope.last_day) - self.origin + 1
        known, day = table["known"], table["day"]
        is_late = (known > day) & self.scope.as_known
        now, late = ~is_late, is_late
        if rows is not None:
            now, late = rows & now, rows & late
        sums = np.zeros((keys, days + 1))
        np.add.at(sums, (key[now], day[now] - self.origin + 1), amounts[now])
        # In place: a block has millions of these numbers.
        np.cumsum(sums, axis=1, out=sums)
        return Windows(sums, self.origin, key[late], day[late], known[late], amounts[late])


@dataclass(frozen=True, slots=True)
class Windows:
    """`cumulative` is keys × days, with a leading zero; what was learned after its day closed
    counts from then on only."""

    cumulative: Floats
    origin: int
    late_key: Ints
    late_day: Ints
    late_known: Ints
    late_amount: Ints

    def on(self, *, end: int, oldest: int, newest: int = 0, known_by: int) -> Floats:
        """Sums from `oldest` days before `end` to `newest` days before it."""
        until, after = end - newest, end - oldest
        first, last = max(after - self.origin + 1, 0), until - self.origin + 1
        sums: Floats = self.cumulative[:, last] - self.cumulative[:, first]
        rows = (self.late_known <= known_by) & (self.late_day <= until) & (self.late_day > after)
        np.add.at(sums, self.late_key[rows], self.late_amount[rows])
        return sums


def read_days(scope: FactScope, *, longest: int, of_all: bool) -> UsageDays:
    """For windows of up to `longest` days; `of_all`: what services and agents did as well."""
    # Windows as of the first day end on the day before at the earliest.
    before = longest + 1
    query = _DAILY.format(
        more=sql.SQL(_OF_ALL if of_all else ""),
        accounts=scope.accounts("u.account_id"),
        first=sql.Literal(scope.first_day),
        last=sql.Literal(scope.last_day),
        longest=sql.Literal(before),
    )
    columns = ("id", "feature", "day", "known", "events")
    more = ("actor", "all_events", "value") if of_all else ()
    origin = number(scope.first_day) - before + 1
    return UsageDays(scope.fetch(query, (*columns, *more)), origin, scope)
