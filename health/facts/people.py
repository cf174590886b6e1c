"""Distinct active people over chosen windows, from the bitmaps of their active days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
from psycopg2 import sql

from health.facts.counted_people import CountedPeople, least, load_counted
from health.facts.scope import FactScope, Table, day_of, number
from health.facts.windows import summed
from health.measures.inputs import Floats

# Each month's bitmap is masked to the days of each window.
# Uses index: accounts_usermonth_pkey for few accounts.
_DAY = sql.SQL("""
    SELECT account_id, {counts}
    FROM (
        SELECT m.account_id, {active}
        FROM accounts_usermonth m
        WHERE {accounts} AND m.month >= {first_month}::date AND m.month <= {last}::date
            AND m.days <> 0 AND m.actor = 0
        GROUP BY m.account_id, m.user_key
    ) people
    GROUP BY 1
""")
_ACTIVE = sql.SQL("bool_or(m.days & CASE m.month {masks} ELSE 0 END <> 0) AS {name}")
_CASE = sql.SQL("WHEN {month}::date THEN {bits}")
_COUNT = sql.SQL("count(*) FILTER (WHERE {name})")

_MONTHS = sql.SQL("""
    SELECT m.account_id, hashtextextended(m.user_key, 0), (m.month - DATE '1970-01-01')::bigint,
        m.days::bigint
    FROM accounts_usermonth m
    WHERE {accounts} AND m.month >= {first_month}::date AND m.month <= {last}::date
        AND m.days <> 0 AND m.actor = 0
""")


@dataclass(frozen=True, slots=True)
class PeopleOnOneDay:
    counts: Mapping[int, Floats]
    counted: CountedPeople

    def on(self, end: int, window: int, known_by: int) -> Floats:
        counted = self.counted.largest(end=end, window=window, known_by=known_by)
        return least(self.counts[window], counted)


@dataclass(frozen=True, slots=True)
class PeopleDaily:
    """`person` is a row's place among the distinct people, `account` the position of each."""

    table: Table
    person: np.ndarray[tuple[int], np.dtype[np.intp]]
    account: np.ndarray[tuple[int], np.dtype[np.int64]]
    accounts: int
    counted: CountedPeople

    def on(self, end: int, window: int, known_by: int) -> Floats:
        days = np.zeros(len(self.table.position), dtype=np.int64)
        for month, bits in masks(day_of(end), window).items():
            rows = self.table["month"] == number(month)
            days[rows] = self.table["days"][rows] & bits
        active = np.zeros(len(self.account), dtype=np.bool_)
        active[self.person[days != 0]] = True
        people = summed(self.account, active, accounts=self.accounts)
        counted = self.counted.largest(end=end, window=window, known_by=known_by)
        return least(people, counted)


People: TypeAlias = PeopleOnOneDay | PeopleDaily


def masks(end: date, window: int) -> dict[date, int]:
    """By month the bits of its days that lie in the window ending on `end`."""
    found: dict[date, int] = {}
    for back in range(window):
        day = end - timedelta(days=back)
        month = day.replace(day=1)
        found[month] = found.get(month, 0) | 1 << (day.day - 1)
    return found


def load_people(scope: FactScope, windows: Sequence[int]) -> People:
    return _one_day(scope, windows) if scope.is_one_day else _block(scope, windows)


def _one_day(scope: FactScope, windows: Sequence[int]) -> PeopleOnOneDay:
    end = scope.window_end(scope.last_day)
    names = {window: f"active_{window}" for window in windows}
    query = _DAY.format(
        counts=sql.SQL(", ").join(
            _COUNT.format(name=sql.Identifier(name)) for name in names.values()
        ),
        active=sql.SQL(", ").join(
            _ACTIVE.format(masks=_cases(end, window), name=sql.Identifier(name))
            for window, name in names.items()
        ),
        accounts=scope.accounts("m.account_id"),
        first_month=sql.Literal(min(masks(end, max(windows)))),
        last=sql.Literal(end),
    )
    table = scope.fetch(query, ("id", *names.values()))
    counts = {window: np.zeros(len(scope)) for window in windows}
    for window, name in names.items():
        counts[window][table.position] = table[name]
    return PeopleOnOneDay(counts, load_counted(scope))


def _cases(end: date, window: int) -> sql.Composable:
    return sql.SQL(" ").join(
        _CASE.format(month=sql.Literal(month), bits=sql.Literal(bits))
        for month, bits in masks(end, window).items()
    )


def _block(scope: FactScope, windows: Sequence[int]) -> PeopleDaily:
    first = scope.window_end(scope.first_day)
    query = _MONTHS.format(
        accounts=scope.accounts("m.account_id"),
        first_month=sql.Literal(min(masks(first, max(windows)))),
        last=sql.Literal(scope.last_day),
    )
    table = scope.fetch(query, ("id", "user", "month", "days"))
    keys = np.rec.fromarrays([table.position, table["user"]])
    people, person = np.unique(keys, return_inverse=True)
    account = np.asarray(people["f0"], dtype=np.int64)
    return PeopleDaily(table, person, account, len(scope), load_counted(scope))
