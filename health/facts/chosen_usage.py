"""Use of chosen features: on one day summed by Postgres, for a block from its rows day by day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from psycopg2 import sql

from accounts.catalogue import ActorClass
from accounts.intake.numbers import TEN_THOUSAND
from health.facts.scope import FactScope
from health.facts.usage_days import UsageDays, Windows
from health.facts.usage_sums import UsageWindow, known
from health.measures.demands import FeatureEvents, FeatureWeeks
from health.measures.inputs import Flags, Floats
from health.measures.parameters import AGENTS, EVERYONE, PEOPLE, SERVICES

UsageMeasure: TypeAlias = FeatureEvents | FeatureWeeks
WEEKS = 12
_ACTORS = {
    PEOPLE: (ActorClass.PERSON,),
    SERVICES: (ActorClass.SERVICE,),
    AGENTS: (ActorClass.AGENT,),
    EVERYONE: tuple(ActorClass),
}

# One pass over the longest window, a column for each thing that is asked. Uses index:
# accounts_usageday_pkey for few accounts, a parallel scan of the months for all of them.
_SUMS = sql.SQL("""
    SELECT u.account_id, {columns}
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {last}::date - {longest} AND u.day <= {last}::date AND {known}
        AND {features}
    GROUP BY 1
""")

# A bit for each week, the latest the lowest.
_WEEKS = sql.SQL("""
    COALESCE(bit_or(1 << (({last}::date - u.day) / 7)) FILTER (WHERE {within} AND u.events > 0
        ), 0)::bigint
""")


@dataclass(frozen=True, slots=True)
class UsedOnOneDay:
    answers: Mapping[UsageMeasure, Floats]

    def on(self, asked: UsageMeasure, *, end: int, known_by: int) -> Floats:
        return self.answers[asked]


@dataclass(frozen=True, slots=True)
class UsedInBlock:
    """`windows` by feature, actors, and whether it is the value that is added up."""

    windows: Mapping[tuple[str | None, str, bool], Windows]

    def on(self, asked: UsageMeasure, *, end: int, known_by: int) -> Floats:
        windows = self.windows[_sum_key(asked)]
        if isinstance(asked, FeatureEvents):
            sums = windows.on(end=end, oldest=asked.oldest, newest=asked.newest, known_by=known_by)
            return sums / TEN_THOUSAND if asked.is_value else sums
        weeks = (
            windows.on(end=end, oldest=7 * week + 7, newest=7 * week, known_by=known_by)
            for week in range(WEEKS)
        )
        return np.asarray(np.sum([used > 0 for used in weeks], axis=0), dtype=np.float64)


Used: TypeAlias = UsedOnOneDay | UsedInBlock


def longest_window(asked: Collection[UsageMeasure]) -> int:
    """In days; 0 where nothing is asked."""
    return max((e.oldest if isinstance(e, FeatureEvents) else WEEKS * 7 for e in asked), default=0)


def load_used(
    scope: FactScope,
    asked: Collection[UsageMeasure],
    *,
    ids: Mapping[str, int],
    days: UsageDays | None,
) -> Used:
    """`ids` are those of the features; one that does not exist was never used. `days`: rows day by
    day, of a scope of several days."""
    wanted = sorted(asked, key=repr)
    if days is None:
        return _one_day(scope, wanted, ids)
    return UsedInBlock(
        {key: _windows_of_key(days, key, ids) for key in {_sum_key(e) for e in wanted}}
    )


def _sum_key(asked: UsageMeasure) -> tuple[str | None, str, bool]:
    return asked.feature, asked.by, isinstance(asked, FeatureEvents) and asked.is_value


def _one_day(
    scope: FactScope, asked: Sequence[UsageMeasure], ids: Mapping[str, int]
) -> UsedOnOneDay:
    last = scope.window_end(scope.last_day)
    query = _SUMS.format(
        columns=sql.SQL(", ").join(
            _weeks_used(each, ids, last=last)
            if isinstance(each, FeatureWeeks)
            else UsageWindow(each.oldest, each.newest, _usage_filter_sql(each, ids)).sum_of(
                "u.value" if each.is_value else "u.events", last=last
            )
            for each in asked
        ),
        accounts=scope.accounts("u.account_id"),
        longest=sql.Literal(longest_window(asked)),
        known=known(scope),
        features=_features_filter_sql(asked, ids),
        last=sql.Literal(last),
    )
    names = tuple(f"n{place}" for place in range(len(asked)))
    table = scope.fetch(query, ("id", *names))
    answers: dict[UsageMeasure, Floats] = {}
    for each, name in zip(asked, names, strict=True):
        answers[each] = np.zeros(len(scope))
        found = table[name]
        if isinstance(each, FeatureWeeks):
            answers[each][table.position] = np.bitwise_count(found)
        else:
            answers[each][table.position] = found / TEN_THOUSAND if each.is_value else found
    return UsedOnOneDay(answers)


def _weeks_used(asked: FeatureWeeks, ids: Mapping[str, int], *, last: date) -> sql.Composable:
    window = UsageWindow(WEEKS * 7, 0, _usage_filter_sql(asked, ids))
    return _WEEKS.format(last=sql.Literal(last), within=window.within(last))


def _usage_filter_sql(asked: UsageMeasure, ids: Mapping[str, int]) -> sql.Composable:
    numbers = [actor.number for actor in _ACTORS[asked.by]]
    actors = sql.SQL("u.actor = ANY ({}::smallint[])").format(sql.Literal(numbers))
    if asked.feature is None:
        return actors
    feature = sql.Literal(ids.get(asked.feature, -1))
    return sql.SQL("u.feature_id = {} AND {}").format(feature, actors)


def _features_filter_sql(asked: Sequence[UsageMeasure], ids: Mapping[str, int]) -> sql.Composable:
    """Only those that are asked for, unless all of them are."""
    if any(each.feature is None for each in asked):
        return sql.SQL("true")
    return sql.SQL("u.feature_id = ANY ({}::smallint[])").format(sql.Literal(sorted(ids.values())))


def _windows_of_key(
    days: UsageDays, key: tuple[str | None, str, bool], ids: Mapping[str, int]
) -> Windows:
    feature, by, is_value = key
    table = days.table
    rows: Flags = np.isin(table["actor"], [actor.number for actor in _ACTORS[by]])
    if feature is not None:
        rows &= table["feature"] == ids.get(feature, -1)
    amounts = table["value"] if is_value else table["all_events"]
    return days.counted(table.position, amounts, keys=len(days.scope), rows=rows)
