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
    SELECT s.account_id, s.feature_id, (s.first - DATE '1970-01-01')::bigint,
        COALESCE(s.last_28, 0), COALESCE(s.last_56, 0), COALESCE(s.last_112, 0),
        COALESCE(s.used, 0)
    FROM (
        SELECT u.account_id, {feature}::bigint AS feature_id, min(u.day) AS first,
            bit_or({bit}) FILTER (
                WHERE u.day > {last}::date - 28 AND u.events > 0 AND u.actor = 0) AS used,
            sum(u.events) FILTER (WHERE u.day > {last}::date - 28 AND u.actor = 0) AS last_28,
            sum(u.events) FILTER (WHERE u.day > {last}::date - 56 AND u.actor = 0) AS last_56,
            sum(u.events) FILTER (WHERE u.actor = 0) AS last_112
        FROM accounts_usageday u
        WHERE {accounts} AND u.day > {last}::date - 112 AND u.day <= {last}::date AND {known}
        GROUP BY 1, 2
    ) s
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


def sum_facts(scope: FactScope, catalogue: Catalogue) -> DaySums:
    feature, bit = _grouping(catalogue, scope.last_day)
    end = scope.window_end(scope.last_day)
    query = _SUMS.format(
        accounts=scope.accounts("u.account_id"),
        feature=feature,
        bit=bit,
        last=sql.Literal(end),
        known=known(scope),
    )
    columns = ("id", "feature", "first", "last_28", "last_56", "last_112", "used")
    table = scope.fetch(query, columns)
    first = np.full(len(scope), NEVER, dtype=np.int64)
    np.minimum.at(first, table.position, table["first"])
    last_28, last_56, last_112 = (table[name].astype(np.float64) for name in columns[3:6])
    sums = WindowSums(
        table.position,
        table["feature"],
        np.bitwise_count(table["used"]).astype(np.float64),
        last_28,
        last_56 - last_28,
        last_112 - last_56,
    )
    return DaySums(sums, _older(scope, first, end))


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


def _grouping(catalogue: Catalogue, day: date) -> tuple[sql.Composable, sql.Composable]:
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


def _older(scope: FactScope, first: Ints, end: date) -> Ints:
    """Accounts whose window does not begin with an event may have had one before it."""
    oldest = number(end) - WINDOW + 1
    unsure = np.flatnonzero(first > oldest)
    if len(unsure):
        until = end - timedelta(days=WINDOW)
        earlier = first_days(scope, scope.account_ids[unsure], until=until)
        first[earlier.position] = earlier["first"]
    return first
