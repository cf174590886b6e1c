"""Feature use as of a day: from packed windows, else summed by Postgres, else day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from psycopg2 import sql

from health.facts.features import Catalogue, CoreFeatures
from health.facts.profiles import Profiles, days_known
from health.facts.scope import NEVER, FactScope, Ints, Table, number
from health.facts.usage_days import UsageDays, Windows
from health.facts.usage_packs import sum_packs
from health.facts.usage_sums import (
    CORE_WINDOWS,
    WINDOW,
    DaySums,
    WindowSums,
    first_days,
    sum_facts,
)
from health.facts.windows import summed
from health.measures.inputs import Flags, Floats, UsageFacts, only_if

_SINCE_START = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, min(u.day - DATE '1970-01-01')::bigint
    FROM unnest({ids}::bigint[], {starts}::date[]) s(id, start)
    JOIN accounts_usageday u ON u.account_id = s.id AND u.day >= s.start
    WHERE u.day <= {last}::date AND u.actor = 0
    GROUP BY 1, 2, s.start
""")


@dataclass(frozen=True, slots=True)
class BlockSums:
    """For a block of days, by pairs of account and feature."""

    position: Ints
    feature: Ints
    windows: Windows
    first_days: Ints

    def on(self, *, end: int, known_by: int) -> WindowSums:
        last_28, before_28, before_56 = (
            self.windows.on(end=end, oldest=each.oldest, newest=each.newest, known_by=known_by)
            for each in CORE_WINDOWS
        )
        used = (last_28 > 0).astype(np.float64)
        return WindowSums(self.position, self.feature, used, last_28, before_28, before_56)


@dataclass(frozen=True, slots=True)
class UsageRows:
    rows: DaySums | BlockSums
    since_start: Table | None
    catalogue: Catalogue
    connected_since: int | None
    scope: FactScope

    def on(self, day: date, profiles: Profiles) -> UsageFacts:
        today, core = number(day), self.catalogue.on(day)
        end, first = number(self.scope.window_end(day)), self.rows.first_days
        sums = self.rows.on(end=end, known_by=today)
        wanted = is_core(core, profiles.plan_id, sums.position, sums.feature)
        month = self._total_by_account(sums, sums.last_28, wanted)
        earlier = self._total_by_account(sums, sums.before_28, wanted)
        return UsageFacts(
            connected=np.full(len(self.scope), self._is_connected(end)),
            history=days_known(
                profiles, first_days=first, connected_since=self.connected_since, end=end
            ),
            core_in_plan=core.in_plan(profiles.plan_id),
            core_used_28d=self._total_by_account(sums, sums.used, wanted),
            core_used_since_start=self._since_start(today, core, profiles),
            events_last_28d=month,
            events_before_28d=earlier,
            events_last_56d=month + earlier,
            events_before_56d=self._total_by_account(sums, sums.before_56, wanted),
        )

    def _is_connected(self, day: int) -> bool:
        return self.connected_since is not None and self.connected_since <= day

    def _total_by_account(self, sums: WindowSums, values: Floats, wanted: Flags) -> Floats:
        return summed(sums.position[wanted], values[wanted], accounts=len(self.scope))

    def _since_start(self, today: int, core: CoreFeatures, profiles: Profiles) -> Floats:
        """NaN while no usage is connected at all, or where nobody asked for it."""
        table, missing = self.since_start, np.full(len(self.scope), np.nan)
        if table is None or self.connected_since is None:
            return missing
        used = is_core(core, profiles.plan_id, table.position, table["feature"])
        used &= table["first"] <= today
        counts = np.bincount(table.position[used], minlength=len(self.scope)).astype(np.float64)
        return only_if(np.full(len(self.scope), self.connected_since <= today), counts)


def is_core(core: CoreFeatures, plan_id: Ints, position: Ints, feature: Ints) -> Flags:
    """Rows whose feature is a core one of the plan of their account."""
    if not len(core.ids):
        return np.zeros(len(position), dtype=np.bool_)
    column = np.minimum(np.searchsorted(core.ids, feature), len(core.ids) - 1)
    belongs = core.of_accounts(plan_id)[position, column]
    return np.asarray((core.ids[column] == feature) & belongs, dtype=np.bool_)


def load(
    scope: FactScope,
    *,
    catalogue: Catalogue,
    connected_since: int | None,
    starts: Floats | None,
    days: UsageDays | None,
) -> UsageRows:
    """`starts`: day numbers from which “since the contract began” counts (NaN: not asked). `days`:
    rows day by day, of a scope of several days."""
    since_start = None if starts is None else _since_start(scope, starts)
    rows: DaySums | BlockSums
    if days is None:
        rows = sum_packs(scope, catalogue) or sum_facts(scope, catalogue)
    else:
        rows = _block_sums(scope, days)
    return UsageRows(rows, since_start, catalogue, connected_since, scope)


def _block_sums(scope: FactScope, days: UsageDays) -> BlockSums:
    table = days.table
    # A pair's number: its account's position and its feature, as one key.
    pairs, pair = np.unique(table.position << 16 | table["feature"], return_inverse=True)
    windows = days.counted(pair, table["events"], keys=len(pairs))
    # What is learned later was not there yet.
    first = np.full(len(scope), NEVER, dtype=np.int64)
    in_time = ~((table["known"] > table["day"]) & scope.as_known)
    np.minimum.at(first, table.position[in_time], table["day"][in_time])
    until = scope.first_day - timedelta(days=WINDOW + 1)
    earlier = first_days(scope, scope.account_ids, until=until)
    first[earlier.position] = earlier["first"]
    return BlockSums(pairs >> 16, pairs & 0xFFFF, windows, first)


def _since_start(scope: FactScope, starts: Floats) -> Table:
    asked = np.flatnonzero(~np.isnan(starts))
    days = [date(1970, 1, 1) + timedelta(days=int(start)) for start in starts[asked]]
    query = _SINCE_START.format(
        ids=sql.Literal(scope.account_ids[asked].tolist()),
        starts=sql.Literal(days),
        last=sql.Literal(scope.last_day),
    )
    return scope.fetch(query, ("id", "feature", "first"))
