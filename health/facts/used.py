"""Use of chosen features: on one day summed by Postgres, for a block of days read day by day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from psycopg2 import sql

from accounts.catalogue import ActorClass
from health.facts.scope import FactScope, Ints, Table, number
from health.facts.usage_sums import known
from health.measures.demands import FeatureEvents, FeatureWeeks
from health.measures.inputs import Floats
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

_EVENTS = sql.SQL("""
    COALESCE(sum(u.events) FILTER (WHERE {who} AND u.day > {last}::date - {oldest}
        AND u.day <= {last}::date - {newest}), 0)::bigint
""")

# A bit for each week, the latest the lowest.
_WEEKS = sql.SQL("""
    COALESCE(bit_or(1 << (({last}::date - u.day) / 7)) FILTER (WHERE {who} AND u.events > 0
        AND u.day > {last}::date - {oldest}), 0)::bigint
""")

# Uses index: accounts_usageday_pkey
_DAILY = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, u.actor::bigint,
        (u.day - DATE '1970-01-01')::bigint, (u.learned_on - DATE '1970-01-01')::bigint,
        u.events::bigint
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {first}::date - {longest} AND u.day <= {last}::date
        AND {features}
""")


@dataclass(frozen=True, slots=True)
class UsedOnOneDay:
    answers: Mapping[UsageMeasure, Floats]

    def on(self, asked: UsageMeasure, *, end: int, known_by: int) -> Floats:
        return self.answers[asked]


@dataclass(frozen=True, slots=True)
class UsedDaily:
    """`cumulative` is, by feature and actors, accounts × days from `origin` on, with a leading
    zero; `late` are the rows that count only from the day on which they were learned."""

    cumulative: Mapping[tuple[str | None, str], npt.NDArray[np.int64]]
    late: Mapping[tuple[str | None, str], Table]
    origin: int

    def on(self, asked: UsageMeasure, *, end: int, known_by: int) -> Floats:
        pair = (asked.feature, asked.by)
        if isinstance(asked, FeatureEvents):
            return self._window(pair, end - asked.newest, end - asked.oldest, known_by)
        weeks = (
            self._window(pair, end - 7 * week, end - 7 * week - 7, known_by)
            for week in range(WEEKS)
        )
        return np.asarray(np.sum([used > 0 for used in weeks], axis=0), dtype=np.float64)

    def _window(
        self, pair: tuple[str | None, str], until: int, after: int, known_by: int
    ) -> Floats:
        sums, late = self.cumulative[pair], self.late[pair]
        newest, oldest = until - self.origin + 1, max(after - self.origin + 1, 0)
        events = (sums[:, newest] - sums[:, oldest]).astype(np.float64)
        rows = (late["known"] <= known_by) & (late["day"] <= until) & (late["day"] > after)
        np.add.at(events, late.position[rows], late["events"][rows])
        return events


Used: TypeAlias = UsedOnOneDay | UsedDaily


def load_used(scope: FactScope, asked: Collection[UsageMeasure], *, ids: Mapping[str, int]) -> Used:
    """`ids` are those of the features; one that does not exist was never used."""
    wanted = sorted(asked, key=repr)
    return _one_day(scope, wanted, ids) if scope.is_one_day else _block(scope, wanted, ids)


def _one_day(
    scope: FactScope, asked: Sequence[UsageMeasure], ids: Mapping[str, int]
) -> UsedOnOneDay:
    last = sql.Literal(scope.window_end(scope.last_day))
    query = _SUMS.format(
        columns=sql.SQL(", ").join(_column(each, ids, last) for each in asked),
        accounts=scope.accounts("u.account_id"),
        longest=sql.Literal(_longest(asked)),
        known=known(scope),
        features=_features(asked, ids),
        last=last,
    )
    names = tuple(f"n{place}" for place in range(len(asked)))
    table = scope.fetch(query, ("id", *names))
    answers: dict[UsageMeasure, Floats] = {}
    for each, name in zip(asked, names, strict=True):
        answers[each] = np.zeros(len(scope))
        is_weeks = isinstance(each, FeatureWeeks)
        answers[each][table.position] = np.bitwise_count(table[name]) if is_weeks else table[name]
    return UsedOnOneDay(answers)


def _column(asked: UsageMeasure, ids: Mapping[str, int], last: sql.Literal) -> sql.Composable:
    who = _who(asked, ids)
    if isinstance(asked, FeatureWeeks):
        return _WEEKS.format(who=who, last=last, oldest=sql.Literal(WEEKS * 7))
    return _EVENTS.format(
        who=who,
        last=last,
        oldest=sql.Literal(asked.oldest),
        newest=sql.Literal(asked.newest),
    )


def _who(asked: UsageMeasure, ids: Mapping[str, int]) -> sql.Composable:
    numbers = [actor.number for actor in _ACTORS[asked.by]]
    actors = sql.SQL("u.actor = ANY ({}::smallint[])").format(sql.Literal(numbers))
    if asked.feature is None:
        return actors
    feature = sql.Literal(ids.get(asked.feature, -1))
    return sql.SQL("u.feature_id = {} AND {}").format(feature, actors)


def _features(asked: Sequence[UsageMeasure], ids: Mapping[str, int]) -> sql.Composable:
    """Only those that are asked for, unless all of them are."""
    if any(each.feature is None for each in asked):
        return sql.SQL("true")
    return sql.SQL("u.feature_id = ANY ({}::smallint[])").format(sql.Literal(sorted(ids.values())))


def _longest(asked: Sequence[UsageMeasure]) -> int:
    return max(e.oldest if isinstance(e, FeatureEvents) else WEEKS * 7 for e in asked)


def _block(scope: FactScope, asked: Sequence[UsageMeasure], ids: Mapping[str, int]) -> UsedDaily:
    # Windows as of the first day end on the day before at the earliest.
    longest = _longest(asked) + 1
    query = _DAILY.format(
        accounts=scope.accounts("u.account_id"),
        first=sql.Literal(scope.first_day),
        last=sql.Literal(scope.last_day),
        longest=sql.Literal(longest),
        features=_features(asked, ids),
    )
    table = scope.fetch(query, ("id", "feature", "actor", "day", "known", "events"))
    origin = number(scope.first_day) - longest + 1
    days = number(scope.last_day) - origin + 1
    cumulative, late = {}, {}
    for pair in {(each.feature, each.by) for each in asked}:
        rows = _rows_of(table, pair, ids)
        is_late = rows & (table["known"] > table["day"]) & scope.as_known
        counts = np.zeros((len(scope), days + 1), dtype=np.int64)
        now = rows & ~is_late
        place = (table.position[now], table["day"][now] - origin + 1)
        np.add.at(counts, place, table["events"][now])
        cumulative[pair] = np.cumsum(counts, axis=1)
        late[pair] = _only(table, is_late)
    return UsedDaily(cumulative, late, origin)


def _rows_of(
    table: Table, pair: tuple[str | None, str], ids: Mapping[str, int]
) -> npt.NDArray[np.bool_]:
    feature, by = pair
    rows = np.isin(table["actor"], [actor.number for actor in _ACTORS[by]])
    if feature is not None:
        rows &= table["feature"] == ids.get(feature, -1)
    return rows


def _only(table: Table, rows: npt.NDArray[np.bool_]) -> Table:
    columns = {name: values[rows] for name, values in table.columns.items()}
    position: Ints = table.position[rows]
    return Table(position, columns)
