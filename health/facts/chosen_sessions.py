"""Sessions and the minutes they lasted: on one day summed by Postgres, for a block by its days."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from psycopg2 import sql

from health.facts.given import Given
from health.facts.profiles import days_known
from health.facts.scope import NEVER, FactScope, Ints, number
from health.facts.sources import Feeds
from health.facts.usage_days import UsageDays, Windows
from health.facts.usage_sums import UsageWindow, known
from health.measures import FactSource
from health.measures.demands import Demand, SessionHistory, SessionSum
from health.measures.inputs import Floats

_SUMS = sql.SQL("""
    SELECT u.account_id, (min(u.day) - DATE '1970-01-01')::bigint, {columns}
    FROM accounts_sessionday u
    WHERE {accounts} AND u.day > {last}::date - {longest} AND u.day <= {last}::date AND {known}
    GROUP BY 1
""")

_DAILY = sql.SQL("""
    SELECT u.account_id, (u.day - DATE '1970-01-01')::bigint,
        (u.learned_on - DATE '1970-01-01')::bigint, u.sessions::bigint, u.minutes::bigint
    FROM accounts_sessionday u
    WHERE {accounts} AND u.day > {first}::date - {before} AND u.day <= {last}::date
""")
_EVERYBODY = sql.SQL("true")


@dataclass(frozen=True, slots=True)
class SessionsOnOneDay:
    sums: Mapping[SessionSum, Floats]
    first_days: Ints

    def total(self, asked: SessionSum, *, end: int, known_by: int) -> Floats:
        return self.sums[asked]


@dataclass(frozen=True, slots=True)
class SessionsInBlock:
    """`windows` by whether they are of minutes."""

    windows: Mapping[bool, Windows]
    first_days: Ints

    def total(self, asked: SessionSum, *, end: int, known_by: int) -> Floats:
        windows = self.windows[asked.is_minutes]
        return windows.on(end=end, oldest=asked.days, known_by=known_by)


@dataclass(frozen=True, slots=True)
class SessionRows:
    rows: SessionsOnOneDay | SessionsInBlock
    since: int | None
    scope: FactScope

    def answer(self, demand: Demand, day: date, given: Given) -> Floats | None:
        end = number(self.scope.window_end(day))
        match demand:
            case SessionSum():
                return self.rows.total(demand, end=end, known_by=number(day))
            case SessionHistory():
                return self._known_days(end, given)
            case _:
                return None

    def _known_days(self, end: int, given: Given) -> Floats:
        """Of an account that nobody calls a customer, use tells as well how long it is there."""
        if self.since is None or self.since > end:
            return np.full(len(self.scope), np.nan)
        own = days_known(
            given.profiles, first_days=self.rows.first_days, connected_since=self.since, end=end
        )
        return np.maximum(own, np.minimum(given.usage.history, end - self.since + 1))


def load_sessions(
    scope: FactScope, demands: Collection[Demand], feeds: Feeds
) -> SessionRows | None:
    asked = sorted((d for d in demands if isinstance(d, SessionSum)), key=repr)
    if not asked and SessionHistory() not in demands:
        return None
    longest = max((each.days for each in asked), default=1)
    rows: SessionsOnOneDay | SessionsInBlock
    if scope.is_one_day:
        rows = _sums_of_day(scope, asked, longest)
    else:
        rows = _sums_of_block(scope, longest)
    return SessionRows(rows, feeds.since(FactSource.SESSIONS), scope)


def _sums_of_day(scope: FactScope, asked: Sequence[SessionSum], longest: int) -> SessionsOnOneDay:
    last = scope.window_end(scope.last_day)
    columns = [
        UsageWindow(each.days, 0, _EVERYBODY).sum_of(
            "u.minutes" if each.is_minutes else "u.sessions", last=last
        )
        for each in asked
    ]
    query = _SUMS.format(
        columns=sql.SQL(", ").join([*columns, sql.SQL("0::bigint")]),
        accounts=scope.accounts("u.account_id"),
        longest=sql.Literal(longest),
        last=sql.Literal(last),
        known=known(scope),
    )
    names = [f"n{place}" for place in range(len(asked))]
    table = scope.fetch(query, ("id", "first", *names, "end"))
    first = np.full(len(scope), NEVER, dtype=np.int64)
    first[table.position] = table["first"]
    sums: dict[SessionSum, Floats] = {}
    for each, name in zip(asked, names, strict=True):
        sums[each] = np.zeros(len(scope))
        sums[each][table.position] = table[name]
    return SessionsOnOneDay(sums, first)


def _sums_of_block(scope: FactScope, longest: int) -> SessionsInBlock:
    # Windows as of the first day end on the day before at the earliest.
    before = longest + 1
    query = _DAILY.format(
        accounts=scope.accounts("u.account_id"),
        first=sql.Literal(scope.first_day),
        last=sql.Literal(scope.last_day),
        before=sql.Literal(before),
    )
    table = scope.fetch(query, ("id", "day", "known", "sessions", "minutes"))
    days = UsageDays(table, number(scope.first_day) - before + 1, scope)
    first = np.full(len(scope), NEVER, dtype=np.int64)
    in_time = ~((table["known"] > table["day"]) & scope.as_known)
    np.minimum.at(first, table.position[in_time], table["day"][in_time])
    sums = {
        is_minutes: days.counted(table.position, table[name], keys=len(scope))
        for is_minutes, name in ((False, "sessions"), (True, "minutes"))
    }
    return SessionsInBlock(sums, first)
