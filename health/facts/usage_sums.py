"""Feature use on one day, summed by Postgres from the facts themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from psycopg2 import sql

from health.facts.features import Catalogue
from health.facts.scope import NEVER, FactScope, Ints, Table, number
from health.measures.inputs import Floats

# Whole weeks, so that no weekday weighs more in one window than in another: the last 28 days and
# the 28 before, the last 56 and the 56 before.
WINDOW = 112

# The planner prunes to the months of the window. Uses index: accounts_usageday_pkey for few
# accounts, a parallel scan for all of them. Looking up a row's group costs most: features of the
# same plans share one, and `used` has a bit for each of them. Only people's events are counted; an
# account that only programs use delivers usage all the same: of nobody.
_SUMS = sql.SQL("""
    SELECT u.account_id, {feature}::bigint, (min(u.day) - DATE '1970-01-01')::bigint,
        COALESCE(bit_or({bit}) FILTER (WHERE {within} AND u.events > 0), 0)::bigint, {windows}
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {last}::date - 112 AND u.day <= {last}::date AND {known}
    GROUP BY 1, 2
""")
_SUM = sql.SQL("COALESCE(sum({of}) FILTER (WHERE {within}), 0)::bigint")
_SINCE = sql.SQL("u.day > {last}::date - {oldest} AND {who}")
_WITHIN = sql.SQL("u.day <= {last}::date - {newest} AND {since}")
PEOPLE_ONLY = sql.SQL("u.actor = 0")

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


@dataclass(frozen=True, slots=True)
class WindowSums:
    """Events in the last 28 days, the 28 before, and the 56 before those.

    Per account and feature, or for features of the same plans together under one of them;
    `used` is how many of these were used in the last 28 days.
    """

    position: Ints
    feature: Ints
    used: Floats
    last_28: Floats
    before_28: Floats
    before_56: Floats


@dataclass(frozen=True, slots=True)
class DaySums:
    """For a single day. `first_days` are exact where they lie within the window."""

    sums: WindowSums
    first_days: Ints

    def on(self, *, end: int, known_by: int) -> WindowSums:
        return self.sums


@dataclass(frozen=True, slots=True)
class UsageWindow:
    """From `oldest` days before the last closed day, which is left out, to `newest` days before
    it; `who` is a condition: by whom, and of which features."""

    oldest: int
    newest: int
    who: sql.Composable

    def within(self, last: date) -> sql.Composable:
        """Whether a row of usage lies in it; none that is read lies behind the last day."""
        day = sql.Literal(last)
        since = _SINCE.format(last=day, oldest=sql.Literal(self.oldest), who=self.who)
        if not self.newest:
            return since
        return _WITHIN.format(last=day, newest=sql.Literal(self.newest), since=since)

    def sum_of(self, column: str, *, last: date) -> sql.Composable:
        return _SUM.format(of=sql.SQL(column), within=self.within(last))


# What core features are read over, and the columns that they come in.
CORE_WINDOWS = tuple(
    UsageWindow(oldest, newest, PEOPLE_ONLY) for oldest, newest in ((28, 0), (56, 28), (WINDOW, 56))
)
CORE_COLUMNS = ("last_28", "before_28", "before_56")


def core_sums(last: date) -> sql.Composable:
    return sql.SQL(", ").join(each.sum_of("u.events", last=last) for each in CORE_WINDOWS)


def sum_facts(scope: FactScope, catalogue: Catalogue) -> DaySums:
    feature, bit = feature_groups_sql(catalogue, scope.last_day)
    end = scope.window_end(scope.last_day)
    query = _SUMS.format(
        accounts=scope.accounts("u.account_id"),
        feature=feature,
        bit=bit,
        within=CORE_WINDOWS[0].within(end),
        windows=core_sums(end),
        last=sql.Literal(end),
        known=known(scope),
    )
    table = scope.fetch(query, ("id", "feature", "first", "used", *CORE_COLUMNS))
    first = np.full(len(scope), NEVER, dtype=np.int64)
    np.minimum.at(first, table.position, table["first"])
    used = np.bitwise_count(table["used"]).astype(np.float64)
    windows = (table[name].astype(np.float64) for name in CORE_COLUMNS)
    sums = WindowSums(table.position, table["feature"], used, *windows)
    return DaySums(sums, _with_older_first_days(scope, first, end))


def known(scope: FactScope) -> sql.Composable:
    if not scope.as_known:
        return sql.SQL("true")
    return sql.SQL("u.learned_on <= {}").format(sql.Literal(scope.last_day))


def first_days(scope: FactScope, ids: Ints, *, until: date) -> Table:
    """The first day with any usage, for those accounts that had some by `until`."""
    query = _FIRST_DAYS.format(
        ids=sql.Literal(ids.tolist()), until=sql.Literal(until), known=known(scope)
    )
    return scope.fetch(query, ("id", "first"))


def feature_groups_sql(catalogue: Catalogue, day: date) -> tuple[sql.Composable, sql.Composable]:
    """The feature a row is summed under (0: no core one), and its bit among those summed there.

    A table from feature id to either, and where all features go together a plain constant.
    """
    alike = catalogue.on(day).alike()
    ids = [feature.id for feature in catalogue.features]
    under, bits = [0] * (max(ids, default=0) + 1), [0] * (max(ids, default=0) + 1)
    for first, features in alike.items():
        for place, feature in enumerate(features):
            under[feature], bits[feature] = first, 1 << place
    if len({under[feature] for feature in ids}) == 1:
        group: sql.Composable = sql.Literal(under[ids[0]])
    else:
        group = sql.SQL("({}::smallint[])[u.feature_id]").format(sql.Literal(under[1:]))
    return group, sql.SQL("({}::bigint[])[u.feature_id]").format(sql.Literal(bits[1:]))


def _with_older_first_days(scope: FactScope, first: Ints, end: date) -> Ints:
    """Accounts whose window does not begin with an event may have had one before it."""
    oldest = number(end) - WINDOW + 1
    unsure = np.flatnonzero(first > oldest)
    if len(unsure):
        until = end - timedelta(days=WINDOW)
        earlier = first_days(scope, scope.account_ids[unsure], until=until)
        first[earlier.position] = earlier["first"]
    return first
