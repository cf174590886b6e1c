"""Feature use on many days: daily counts, read once for a block of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from psycopg2 import sql

from health.facts.scope import NEVER, FactScope, Ints, Table, number
from health.facts.usage_sums import WINDOW, WindowSums, first_days
from health.measures.inputs import Floats

_DAILY = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, (u.day - DATE '1970-01-01')::bigint,
        (u.learned_on - DATE '1970-01-01')::bigint,
        CASE WHEN u.actor = 0 THEN u.events ELSE 0 END::bigint
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {first}::date - 113 AND u.day <= {last}::date
""")


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

    def on(self, *, end: int, known_by: int) -> WindowSums:
        last = self._window(end, end - 28)
        before = self._window(end - 28, end - 56)
        long_before = self._window(end - 56, end - WINDOW)
        self._add_late(end, known_by, (last, before, long_before))
        used = (last > 0).astype(np.float64)
        return WindowSums(self.position, self.feature, used, last, before, long_before)

    def _window(self, until: int, after: int) -> Floats:
        end, start = until - self.origin + 1, max(after - self.origin + 1, 0)
        return self.cumulative[:, end] - self.cumulative[:, start]

    def _add_late(self, end: int, known_by: int, windows: tuple[Floats, Floats, Floats]) -> None:
        days, known = self.late["day"], self.late["known"] <= known_by
        for sums, (newest, oldest) in zip(windows, ((0, 28), (28, 56), (56, WINDOW)), strict=True):
            rows = known & (days <= end - newest) & (days > end - oldest)
            np.add.at(sums, self.late_pair[rows], self.late["events"][rows])


def count_days(scope: FactScope) -> DailyCounts:
    query = _DAILY.format(
        accounts=scope.accounts("u.account_id"),
        first=sql.Literal(scope.first_day),
        last=sql.Literal(scope.last_day),
    )
    table = scope.fetch(query, ("id", "feature", "day", "known", "events"))
    # Windows as of the first day end on the day before at the earliest.
    origin = number(scope.first_day) - WINDOW
    days = number(scope.last_day) - origin + 1
    # A pair's number: its account's position and its feature, as one key.
    pairs, pair = np.unique(table.position << 16 | table["feature"], return_inverse=True)
    late = (table["known"] > table["day"]) & scope.as_known
    counts = np.zeros((len(pairs), days + 1))
    np.add.at(counts, (pair[~late], table["day"][~late] - origin + 1), table["events"][~late])
    first = np.full(len(scope), NEVER, dtype=np.int64)
    np.minimum.at(first, table.position[~late], table["day"][~late])
    earlier = first_days(
        scope, scope.account_ids, until=scope.first_day - timedelta(days=WINDOW + 1)
    )
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
