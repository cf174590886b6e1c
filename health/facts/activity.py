"""Distinct active people from the bitmaps: bit 0 of `days` is the 1st of the month.

An account that only programs use delivers activity all the same: of nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
from psycopg2 import sql

from health.facts.counted_people import CountedPeople, least, load_counted
from health.facts.profiles import Profiles, days_known
from health.facts.scope import NEVER, FactScope, Ints, Table, number
from health.facts.windows import summed
from health.measures.inputs import ActivityFacts, Floats, only_if

# Four whole weeks: no weekday weighs more at one end than at the other.
_WINDOW = 28
# The length of a window, and how many days before the last closed one it ends.
PeopleWindow: TypeAlias = tuple[int, int]
_LAST: PeopleWindow = (_WINDOW, 0)

# Each month's bitmap is masked to the days of the window, then counted per user.
# Uses index: accounts_usermonth_pkey for few accounts.
_DAY = sql.SQL("""
    SELECT account_id, count(*) FILTER (WHERE days > 0), sum(days) {counts}, {ever}
    FROM (
        SELECT m.account_id,
            sum(bit_count((CASE WHEN m.actor = 0 THEN m.days & {month} ELSE 0 END
                )::bit(32))::int)::int AS days {active}, {each}
        FROM accounts_usermonth m
        WHERE {accounts} AND m.month >= {first_month}::date AND m.month <= {last}::date
            AND m.days <> 0
        GROUP BY m.account_id, m.user_key
    ) users
    GROUP BY 1
""")
_MASK = sql.SQL("CASE m.month {cases} ELSE 0 END")
_ACTIVE = sql.SQL(", bool_or(m.actor = 0 AND m.days & {mask} <> 0) AS {name}")
_COUNT = sql.SQL(", count(*) FILTER (WHERE {})")

_MONTHS = sql.SQL("""
    SELECT m.account_id, hashtextextended(m.user_key, 0),
        (m.month - DATE '1970-01-01')::bigint, m.days::bigint,
        CASE WHEN m.actor = 0 THEN m.days ELSE 0 END::bigint
    FROM accounts_usermonth m
    WHERE {accounts} AND m.month >= {first_month}::date AND m.month <= {last}::date AND m.days <> 0
""")

# Uses index: accounts_usermonth_pkey
_FIRST_MONTH = sql.SQL("""
    SELECT a.id, (f.month - DATE '1970-01-01')::bigint
    FROM unnest({ids}::bigint[]) a(id)
    JOIN LATERAL (
        SELECT m.month FROM accounts_usermonth m
        WHERE m.account_id = a.id AND m.month < {before}::date ORDER BY m.month LIMIT 1
    ) f ON true
""")

_SINCE_START = sql.SQL("""
    SELECT m.account_id, hashtextextended(m.user_key, 0), (m.month - DATE '1970-01-01')::bigint,
        m.days::bigint, (s.start - DATE '1970-01-01')::bigint
    FROM unnest({ids}::bigint[], {starts}::date[]) s(id, start)
    JOIN accounts_usermonth m ON m.account_id = s.id
        AND m.month >= date_trunc('month', s.start)::date
    WHERE m.month <= {last}::date AND m.days <> 0 AND m.actor = 0
""")


@dataclass(frozen=True, slots=True)
class DayActivity:
    """For a single day: distinct people by window, and their active days, as Postgres counted
    them."""

    people: Mapping[PeopleWindow, Floats]
    days: Floats
    first_days: Ints

    def people_on(self, _end: int, window: PeopleWindow) -> Floats:
        return self.people[window]

    def days_on(self, _end: int) -> Floats:
        return self.days


@dataclass(frozen=True, slots=True)
class BlockActivity:
    """For a block of days: cumulative active days of each person, from `origin` on."""

    position: Ints
    cumulative: Ints
    origin: int
    first_days: Ints
    accounts: int

    def people_on(self, end: int, window: PeopleWindow) -> Floats:
        active = self._active_days(end - window[1], window[0]) > 0
        return summed(self.position, active, accounts=self.accounts)

    def days_on(self, end: int) -> Floats:
        return summed(self.position, self._active_days(end, _WINDOW), accounts=self.accounts)

    def _active_days(self, end: int, window: int) -> Ints:
        last = end - self.origin + 1
        return self.cumulative[:, last] - self.cumulative[:, max(last - window, 0)]


@dataclass(frozen=True, slots=True)
class Activity:
    rows: DayActivity | BlockActivity
    counted: CountedPeople
    since_start: Table | None
    connected_since: int | None
    scope: FactScope

    def on(self, day: date, profiles: Profiles) -> ActivityFacts:
        today = number(day)
        first = np.minimum(self.rows.first_days, self.counted.first_days)
        end = number(self.scope.window_end(day))
        users, days = self.rows.people_on(end, _LAST), self.rows.days_on(end)
        counted = self.counted.largest(end=end, window=_WINDOW, known_by=today)
        return ActivityFacts(
            connected=np.full(
                len(self.scope), self.connected_since is not None and self.connected_since <= end
            ),
            history=days_known(
                profiles, first_days=first, connected_since=self.connected_since, end=end
            ),
            active_users_28d=least(users, counted),
            active_days_28d=np.where((users == 0) & (counted > 0), np.nan, days),
            users_since_start=self._since_start(today),
        )

    def people(self, day: date, window: int, *, newest: int = 0) -> Floats:
        """Distinct people active in the window, which has to be among those that were read; of a
        source that only counts people at least as many as its largest count."""
        end = number(self.scope.window_end(day))
        counted = self.counted.largest(end=end - newest, window=window, known_by=number(day))
        return least(self.rows.people_on(end, (window, newest)), counted)

    def _since_start(self, today: int) -> Floats:
        """NaN while no activity is connected at all, or where nobody asked for it."""
        table, missing = self.since_start, np.full(len(self.scope), np.nan)
        if table is None or self.connected_since is None:
            return missing
        bits, month = table["days"], table["month"]
        # Bits before the start and after today are cut off.
        low = np.clip(table["start"] - month, 0, 31)
        high = np.clip(today - month + 1, 0, 31)
        active = (bits >> low << low) & ((1 << high) - 1) != 0
        keys = np.rec.fromarrays([table.position[active], table["user"][active]])
        users = np.bincount(np.unique(keys)["f0"], minlength=len(self.scope)).astype(np.float64)
        # How many they were together, nobody knows of those that are only counted.
        users = np.where((users == 0) & (self.counted.first_days <= today), np.nan, users)
        return only_if(np.full(len(self.scope), self.connected_since <= today), users)


def load(
    scope: FactScope,
    *,
    connected_since: int | None,
    starts: Floats | None,
    windows: Collection[PeopleWindow] = (),
) -> Activity:
    """`starts`: day numbers from which “since the contract began” counts (NaN: not asked).
    `windows`: over which people are counted besides the last 28 days."""
    asked = sorted({_LAST, *windows})
    rows = _one_day(scope, asked) if scope.is_one_day else _daily_activity(scope, asked)
    since_start = None if starts is None else _since_start(scope, starts)
    return Activity(rows, load_counted(scope), since_start, connected_since, scope)


def _one_day(scope: FactScope, windows: Sequence[PeopleWindow]) -> DayActivity:
    month, end = _first_month(scope, windows), scope.window_end(scope.last_day)
    months = _months_until(month, end)
    names = [sql.Identifier(f"bits_{number(m)}") for m in months]
    others = [window for window in windows if window != _LAST]
    columns = [f"active_{length}_{newest}" for length, newest in others]
    active = {window: sql.Identifier(name) for window, name in zip(others, columns, strict=True)}
    query = _DAY.format(
        month=_window_day_bits(months, end, _LAST),
        active=sql.SQL("").join(
            _ACTIVE.format(mask=_window_day_bits(months, end, window), name=name)
            for window, name in active.items()
        ),
        counts=sql.SQL("").join(_COUNT.format(name) for name in active.values()),
        each=_columns_by_month(
            "bit_or(m.days) FILTER (WHERE m.month = {1}::date) AS {0}", names, months
        ),
        ever=_columns_by_month("COALESCE(bit_or({0}), 0)::bigint", names, months),
        accounts=scope.accounts("m.account_id"),
        first_month=sql.Literal(month),
        last=sql.Literal(end),
    )
    bits = [f"bits_{number(m)}" for m in months]
    table = scope.fetch(query, ("id", "users", "days", *columns, *bits))
    first = np.full(len(scope), NEVER, dtype=np.int64)
    for m, name in zip(months, bits, strict=True):
        active = table[name] != 0
        lowest = number(m) + _lowest_bit(table[name][active])
        np.minimum.at(first, table.position[active], lowest)
    people = dict(zip([_LAST, *others], ["users", *columns], strict=True))
    return DayActivity(
        {window: _values_by_account(table, name, len(scope)) for window, name in people.items()},
        _values_by_account(table, "days", len(scope)),
        _with_older_first_days(scope, first, month),
    )


def _values_by_account(table: Table, name: str, accounts: int) -> Floats:
    values = np.zeros(accounts)
    values[table.position] = table[name]
    return values


def _lowest_bit(bits: Ints) -> Ints:
    """Position of the lowest bit that is set; none may be zero."""
    return np.asarray(np.log2(bits & -bits), dtype=np.int64)


def _columns_by_month(each: str, names: list[sql.Identifier], months: list[date]) -> sql.Composable:
    template = sql.SQL(each)
    return sql.SQL(", ").join(
        template.format(name, sql.Literal(month)) for name, month in zip(names, months, strict=True)
    )


def _first_month(scope: FactScope, windows: Sequence[PeopleWindow]) -> date:
    days = timedelta(days=max(length + newest for length, newest in windows) - 1)
    return (scope.window_end(scope.first_day) - days).replace(day=1)


def _months_until(month: date, last: date) -> list[date]:
    months = []
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return months


def _window_day_bits(months: Sequence[date], last: date, window: PeopleWindow) -> sql.Composable:
    """By month of a row the bits of its days that lie in the window."""
    length, newest = window
    days = [last - timedelta(days=newest + back) for back in range(length)]
    bits = {m: sum(1 << (d.day - 1) for d in days if d.replace(day=1) == m) for m in months}
    case = sql.SQL("WHEN {}::date THEN {}")
    return _MASK.format(
        cases=sql.SQL(" ").join(case.format(*map(sql.Literal, pair)) for pair in bits.items())
    )


def _with_older_first_days(scope: FactScope, first: Ints, month: date) -> Ints:
    """A first day in the months that were read may have an older one before them."""
    oldest = number(scope.window_end(scope.first_day)) - _WINDOW + 1
    unsure = np.flatnonzero(first > oldest)
    if len(unsure):
        query = _FIRST_MONTH.format(
            ids=sql.Literal(scope.account_ids[unsure].tolist()), before=sql.Literal(month)
        )
        earlier = scope.fetch(query, ("id", "first"))
        first[earlier.position] = earlier["first"]
    return first


def _daily_activity(scope: FactScope, windows: Sequence[PeopleWindow]) -> BlockActivity:
    month = _first_month(scope, windows)
    query = _MONTHS.format(
        accounts=scope.accounts("m.account_id"),
        first_month=sql.Literal(month),
        last=sql.Literal(scope.last_day),
    )
    table = scope.fetch(query, ("id", "user", "month", "days", "of_people"))
    keys = np.rec.fromarrays([table.position, table["user"]])
    users, user = np.unique(keys, return_inverse=True)
    origin = number(month)
    active = np.zeros((len(users), number(scope.last_day) - origin + 33), dtype=np.int64)
    for bit in range(31):
        rows = (table["of_people"] >> bit) & 1 == 1
        active[
            user[rows], np.minimum(table["month"][rows] + bit - origin + 1, active.shape[1] - 1)
        ] = 1
    first = np.full(len(scope), NEVER, dtype=np.int64)
    np.minimum.at(first, table.position, table["month"] + _lowest_bit(table["days"]))
    positions = np.asarray(users["f0"], dtype=np.int64)
    return BlockActivity(
        positions,
        np.cumsum(active, axis=1),
        origin,
        _with_older_first_days(scope, first, month),
        len(scope),
    )


def _since_start(scope: FactScope, starts: Floats) -> Table:
    asked = np.flatnonzero(~np.isnan(starts))
    days = [date(1970, 1, 1) + timedelta(days=int(start)) for start in starts[asked]]
    query = _SINCE_START.format(
        ids=sql.Literal(scope.account_ids[asked].tolist()),
        starts=sql.Literal(days),
        last=sql.Literal(scope.last_day),
    )
    return scope.fetch(query, ("id", "user", "month", "days", "start"))
