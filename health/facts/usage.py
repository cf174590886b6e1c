"""Feature use: summed by Postgres for one day, or kept as daily counts for a block of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from psycopg2 import sql

from health.facts.features import Catalogue, CoreFeatures
from health.facts.profiles import Profiles
from health.facts.scope import NEVER, Ints, Scope, Table, number
from health.facts.windows import summed
from health.measures.inputs import Flags, Floats, UsageFacts, only_if

_WINDOW = 120

# The planner prunes to the months of the window. Uses index: accounts_usageday_pkey for few
# accounts, a parallel scan for all of them. Looking up a row's group costs most: features of the
# same plans share one, and `used` has a bit for each of them.
_SUMS = sql.SQL("""
    SELECT s.account_id, s.feature_id, (s.first - DATE '1970-01-01')::bigint,
        COALESCE(s.last_30, 0), COALESCE(s.last_60, 0), s.last_120, COALESCE(s.used, 0)
    FROM (
        SELECT u.account_id, {feature}::bigint AS feature_id, min(u.day) AS first,
            bit_or({bit}) FILTER (WHERE u.day > {last}::date - 30 AND u.events > 0) AS used,
            sum(u.events) FILTER (WHERE u.day > {last}::date - 30) AS last_30,
            sum(u.events) FILTER (WHERE u.day > {last}::date - 60) AS last_60,
            sum(u.events) AS last_120
        FROM accounts_usageday u
        WHERE {accounts} AND u.day > {last}::date - 120 AND u.day <= {last}::date AND {known}
        GROUP BY 1, 2
    ) s
""")

_DAILY = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, (u.day - DATE '1970-01-01')::bigint,
        (u.learned_on - DATE '1970-01-01')::bigint, u.events::bigint
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {first}::date - 120 AND u.day <= {last}::date
""")

# One index probe a month and account, from the oldest. Uses index: accounts_usageday_pkey
_FIRST_DAYS = sql.SQL("""
    SELECT a.id, (f.day - DATE '1970-01-01')::bigint
    FROM unnest({ids}::bigint[]) a(id)
    JOIN LATERAL (
        SELECT u.day FROM accounts_usageday u
        WHERE u.account_id = a.id AND u.day <= {until}::date AND {known}
        ORDER BY u.day LIMIT 1
    ) f ON true
""")

_SINCE_START = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, min(u.day - DATE '1970-01-01')::bigint
    FROM unnest({ids}::bigint[], {starts}::date[]) s(id, start)
    JOIN accounts_usageday u ON u.account_id = s.id AND u.day >= s.start
    WHERE u.day <= {last}::date
    GROUP BY 1, 2, s.start
""")


@dataclass(frozen=True, slots=True)
class Sums:
    """Events in the last 30 days, the 30 before, and the 60 before those.

    Per account and feature, or for features of the same plans together under one of them;
    `used` is how many of these were used in the last 30 days.
    """

    position: Ints
    feature: Ints
    used: Floats
    last_30: Floats
    before_30: Floats
    before_60: Floats


@dataclass(frozen=True, slots=True)
class DaySums:
    """For a single day: the sums as Postgres made them."""

    sums: Sums
    first_days: Ints

    def on(self, _day: date) -> Sums:
        return self.sums


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """For a block of days: cumulative events, so that any window costs two look-ups.

    `cumulative` is (account, feature) pairs × days from `origin` on, with a leading zero;
    `late` holds what was learned after its day and counts from then on only.
    """

    position: Ints
    feature: Ints
    cumulative: Floats
    origin: int
    late: Table
    late_pair: Ints
    first_days: Ints

    def on(self, day: date) -> Sums:
        today = number(day)
        last = self._window(today, today - 30)
        before = self._window(today - 30, today - 60)
        long_before = self._window(today - 60, today - 120)
        self._add_late(today, (last, before, long_before))
        used = (last > 0).astype(np.float64)
        return Sums(self.position, self.feature, used, last, before, long_before)

    def _window(self, until: int, after: int) -> Floats:
        end, start = until - self.origin + 1, max(after - self.origin + 1, 0)
        return self.cumulative[:, end] - self.cumulative[:, start]

    def _add_late(self, today: int, windows: tuple[Floats, Floats, Floats]) -> None:
        days, known = self.late["day"], self.late["known"] <= today
        for sums, (newest, oldest) in zip(windows, ((0, 30), (30, 60), (60, 120)), strict=True):
            rows = known & (days <= today - newest) & (days > today - oldest)
            np.add.at(sums, self.late_pair[rows], self.late["events"][rows])


@dataclass(frozen=True, slots=True)
class Usage:
    rows: DaySums | DailyCounts
    since_start: Table | None
    catalogue: Catalogue
    connected_since: int | None
    accounts: int

    def on(self, day: date, profiles: Profiles) -> UsageFacts:
        today, core = number(day), self.catalogue.on(day)
        sums = self.rows.on(day)
        first = self.rows.first_days
        wanted = _is_core(core, profiles.plan_id, sums.position, sums.feature)
        month = self._total(sums, sums.last_30, wanted)
        earlier = self._total(sums, sums.before_30, wanted)
        return UsageFacts(
            delivered=first <= today,
            history=np.maximum(today - first + 1, 0).astype(np.float64),
            core_in_plan=core.in_plan(profiles.plan_id),
            core_used_30d=self._total(sums, sums.used, wanted),
            core_used_since_start=self._since_start(today, core, profiles),
            events_last_30d=month,
            events_before_30d=earlier,
            events_last_60d=month + earlier,
            events_before_60d=self._total(sums, sums.before_60, wanted),
        )

    def _total(self, sums: Sums, values: Floats, wanted: Flags) -> Floats:
        return summed(sums.position[wanted], values[wanted], accounts=self.accounts)

    def _since_start(self, today: int, core: CoreFeatures, profiles: Profiles) -> Floats:
        """NaN while no usage is connected at all, or where nobody asked for it."""
        table, missing = self.since_start, np.full(self.accounts, np.nan)
        if table is None or self.connected_since is None:
            return missing
        used = _is_core(core, profiles.plan_id, table.position, table["feature"])
        used &= table["first"] <= today
        counts = np.bincount(table.position[used], minlength=self.accounts).astype(np.float64)
        return only_if(np.full(self.accounts, self.connected_since <= today), counts)


def _is_core(core: CoreFeatures, plan_id: Ints, position: Ints, feature: Ints) -> Flags:
    """Rows whose feature is a core one of the plan of their account."""
    if not len(core.ids):
        return np.zeros(len(position), dtype=np.bool_)
    column = np.minimum(np.searchsorted(core.ids, feature), len(core.ids) - 1)
    belongs = core.of_accounts(plan_id)[position, column]
    return np.asarray((core.ids[column] == feature) & belongs, dtype=np.bool_)


def load(
    scope: Scope, *, catalogue: Catalogue, connected_since: int | None, starts: Floats | None
) -> Usage:
    """`starts`: day numbers from which “since the contract began” counts (NaN: not asked)."""
    rows = _one_day(scope, catalogue) if scope.is_one_day else _daily(scope)
    since_start = None if starts is None else _since_start(scope, starts)
    return Usage(rows, since_start, catalogue, connected_since, len(scope))


def _known(scope: Scope) -> sql.Composable:
    if not scope.as_known:
        return sql.SQL("true")
    return sql.SQL("u.learned_on <= {}").format(sql.Literal(scope.last_day))


def _one_day(scope: Scope, catalogue: Catalogue) -> DaySums:
    feature, bit = _grouping(catalogue, scope.last_day)
    query = _SUMS.format(
        accounts=scope.accounts("u.account_id"),
        feature=feature,
        bit=bit,
        last=sql.Literal(scope.last_day),
        known=_known(scope),
    )
    columns = ("id", "feature", "first", "last_30", "last_60", "last_120", "used")
    table = scope.fetch(query, columns)
    first = np.full(len(scope), NEVER, dtype=np.int64)
    np.minimum.at(first, table.position, table["first"])
    last_30, last_60, last_120 = (table[name].astype(np.float64) for name in columns[3:6])
    sums = Sums(
        table.position,
        table["feature"],
        np.bitwise_count(table["used"]).astype(np.float64),
        last_30,
        last_60 - last_30,
        last_120 - last_60,
    )
    return DaySums(sums, _older(scope, first))


def _grouping(catalogue: Catalogue, day: date) -> tuple[sql.Composable, sql.Composable]:
    """The feature a row is summed under (0: no core one), and its bit among those summed there.

    A table from feature id to either, and where all features go together a plain constant.
    """
    alike = catalogue.on(day).alike()
    known = [feature.id for feature in catalogue.features]
    under, bits = [0] * (max(known, default=0) + 1), [0] * (max(known, default=0) + 1)
    for first, features in alike.items():
        for place, feature in enumerate(features):
            under[feature], bits[feature] = first, 1 << place
    if len({under[feature] for feature in known}) == 1:
        group: sql.Composable = sql.Literal(under[known[0]])
    else:
        group = sql.SQL("({}::smallint[])[u.feature_id]").format(sql.Literal(under[1:]))
    return group, sql.SQL("({}::bigint[])[u.feature_id]").format(sql.Literal(bits[1:]))


def _older(scope: Scope, first: Ints) -> Ints:
    """Accounts whose window does not begin with an event may have had one before it."""
    oldest = number(scope.last_day) - _WINDOW + 1
    unsure = np.flatnonzero(first > oldest)
    if len(unsure):
        until = scope.last_day - timedelta(days=_WINDOW)
        earlier = _first_days(scope, scope.account_ids[unsure], until=until)
        first[earlier.position] = earlier["first"]
    return first


def _first_days(scope: Scope, ids: Ints, *, until: date) -> Table:
    query = _FIRST_DAYS.format(
        ids=sql.Literal(ids.tolist()), until=sql.Literal(until), known=_known(scope)
    )
    return scope.fetch(query, ("id", "first"))


def _daily(scope: Scope) -> DailyCounts:
    query = _DAILY.format(
        accounts=scope.accounts("u.account_id"),
        first=sql.Literal(scope.first_day),
        last=sql.Literal(scope.last_day),
    )
    table = scope.fetch(query, ("id", "feature", "day", "known", "events"))
    origin = number(scope.first_day) - _WINDOW + 1
    days = number(scope.last_day) - origin + 1
    # A pair's number: its account's position and its feature, as one key.
    pairs, pair = np.unique(table.position << 16 | table["feature"], return_inverse=True)
    late = (table["known"] > table["day"]) & scope.as_known
    counts = np.zeros((len(pairs), days + 1))
    np.add.at(counts, (pair[~late], table["day"][~late] - origin + 1), table["events"][~late])
    first = np.full(len(scope), NEVER, dtype=np.int64)
    np.minimum.at(first, table.position[~late], table["day"][~late])
    earlier = _first_days(scope, scope.account_ids, until=scope.first_day - timedelta(days=_WINDOW))
    first[earlier.position] = earlier["first"]
    return DailyCounts(
        position=pairs >> 16,
        feature=pairs & 0xFFFF,
        cumulative=np.cumsum(counts, axis=1),
        origin=origin,
        late=Table(
            table.position[late], {name: rows[late] for name, rows in table.columns.items()}
        ),
        late_pair=pair[late],
        first_days=first,
    )


def _since_start(scope: Scope, starts: Floats) -> Table:
    asked = np.flatnonzero(~np.isnan(starts))
    days = [date(1970, 1, 1) + timedelta(days=int(start)) for start in starts[asked]]
    query = _SINCE_START.format(
        ids=sql.Literal(scope.account_ids[asked].tolist()),
        starts=sql.Literal(days),
        last=sql.Literal(scope.last_day),
    )
    return scope.fetch(query, ("id", "feature", "first"))
