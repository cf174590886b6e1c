"""The present state of accounts, locked, as arrays: what new scores are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg2 import sql

from health.facts.scope import FactScope, Ints
from health.measures.inputs import Flags
from health.queries.assignment import NO_CARD
from health.scoring import MISSING, TOO_NEW, UNKNOWN, Sides

# First scores of different accounts rarely wait for each other with this many locks to share.
_LOCKS = 64
_LOCK_SPACE = 7_341

_STATE = sql.SQL("""
    SELECT c.account_id, (c.day - DATE '1970-01-01')::bigint, c.scorecard_id,
        COALESCE((c.score * 100)::bigint, {missing}),
        c.crossing_seq::bigint, COALESCE(c.crossing_day - DATE '1970-01-01', -1)::bigint,
        -- Counted from 1, and NULL for unscored.
        COALESCE(array_position(k.keys, c.band::text)::bigint - 1, {missing}),
        COALESCE(array_position(k.keys, c.last_band::text)::bigint - 1, {missing}),
        (c.band = {too_new})::int::bigint {lines} {spark}
    FROM health_currenthealth c
    JOIN (
        SELECT b.scorecard_id, array_agg(b.key::text ORDER BY b.lower DESC) AS keys
        FROM health_band b GROUP BY 1
    ) k ON k.scorecard_id = c.scorecard_id
    WHERE {accounts}
""")

_LINE = sql.SQL(", COALESCE(c.line_sides[array_position(c.lines, {line})], {unknown})::bigint")

# The last one is the score of the day itself.
_SPARK = sql.SQL(", COALESCE(c.spark[array_length(c.spark, 1) - {back}], {missing})::bigint")

_COMPONENTS = sql.SQL("""
    SELECT c.account_id, b.number - 1, b.position::bigint
    FROM health_currenthealth c, unnest(c.component_bands) WITH ORDINALITY b(position, number)
    WHERE {accounts}
""")

_OVERRIDES = sql.SQL("""
    SELECT o.account_id, o.band FROM health_bandoverride o
    WHERE {accounts} AND o.starts_on <= {day}::date AND o.expires_on >= {day}::date
        AND o.ended_at IS NULL
""")


# Which locks the accounts without a state share, in the order in which they are taken.
_BUCKETS = """
    SELECT DISTINCT id %% %(locks)s AS bucket FROM unnest(%(ids)s::bigint[]) id
    WHERE NOT EXISTS (SELECT 1 FROM health_currenthealth c WHERE c.account_id = id)
    ORDER BY bucket
"""

_LOCK_ROWS = """
    SELECT count(*) FROM (
        SELECT 1 FROM health_currenthealth WHERE account_id = ANY (%(ids)s::bigint[])
        ORDER BY account_id FOR NO KEY UPDATE
    ) locked
"""


@dataclass(slots=True)
class State:
    """One element an account, changed in place as days go by.

    `day` and `card_id` are -1 for an account that was never judged. `last_band` is the band it had
    when it had one last, `was_new` marks who was too new to judge. `lines` has a column a watch
    line: the side the account was on. `components` holds band positions. `recent` are the scores of
    `day` (first) and the days before it, as many as a rise has to wait and one more.
    """

    day: Ints
    card_id: Ints
    score: Ints
    band: Ints
    last_band: Ints
    was_new: Flags
    lines: Sides
    crossing_seq: Ints
    crossing_day: Ints
    components: Ints
    recent: Ints
    overrides: dict[int, str]

    def days_before(self, day: int) -> Ints:
        """Scores of the days before `day`, the nearest first; MISSING where there was none."""
        width = self.recent.shape[1] - 1
        gap = np.where(self.day < 0, width + 1, day - self.day)
        places = np.arange(1, width + 1) - gap[:, np.newaxis]
        found = np.take_along_axis(self.recent, np.clip(places, 0, width), axis=1)
        return np.where(places >= 0, found, MISSING)

    def take(self, rows: Ints) -> State:
        """The state of some accounts, as a copy."""
        wanted = {int(row): position for position, row in enumerate(rows)}
        overrides = {wanted[row]: band for row, band in self.overrides.items() if row in wanted}
        return State(
            self.day[rows],
            self.card_id[rows],
            self.score[rows],
            self.band[rows],
            self.last_band[rows],
            self.was_new[rows],
            self.lines[rows],
            self.crossing_seq[rows],
            self.crossing_day[rows],
            self.components[rows],
            self.recent[rows],
            overrides,
        )

    def widened(self, components: int) -> State:
        """With room for so many components, as a card has that no rule gives any more."""
        lacking = max(components - self.components.shape[1], 0)
        room = np.full((len(self.day), lacking), MISSING, dtype=np.int64)
        return replace(self, components=np.hstack([self.components, room]))

    def put(self, rows: Ints, part: State) -> None:
        """Writes the state of some accounts back."""
        for name in (
            *("day", "card_id", "score", "band", "last_band", "was_new"),
            *("lines", "crossing_seq", "crossing_day"),
        ):
            getattr(self, name)[rows] = getattr(part, name)
        self.components[rows] = part.components[:, : self.components.shape[1]]
        self.recent[rows] = part.recent


def lock(account_ids: Ints) -> None:
    """Waits until no other transaction judges these accounts; always in the same order.

    An account without a state yet has no row to lock: those share a few advisory locks, which
    are taken before any row, so that two workers can never wait for each other in a circle.
    """
    values = {"ids": account_ids.tolist(), "locks": _LOCKS}
    with connection.cursor() as cursor:
        cursor.execute(_BUCKETS, values)
        for (bucket,) in cursor.fetchall():
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, bucket])
        cursor.execute(_LOCK_ROWS, values)


def read_state(
    scope: FactScope, *, day: date, components: int, lines: Sequence[int], dwell: int
) -> State:
    """`components` is the largest number of components of any card in use, `dwell` the longest time
    a rise waits under one, `lines` the ids of the watch lines."""
    state = _empty_state(len(scope), components, len(lines), dwell)
    days = range(dwell + 1 if dwell else 0)
    query = _STATE.format(
        missing=sql.Literal(MISSING),
        too_new=sql.Literal(TOO_NEW),
        accounts=scope.accounts("c.account_id"),
        lines=sql.SQL("").join(
            _LINE.format(line=sql.Literal(line), unknown=sql.Literal(UNKNOWN)) for line in lines
        ),
        spark=spark_columns(days),
    )
    columns = (
        "id",
        "day",
        "card_id",
        "score",
        "crossing_seq",
        "crossing_day",
        "band",
        "last_band",
        "was_new",
    )
    sides = tuple(f"line_{line}" for line in lines)
    sparks = tuple(f"spark_{back}" for back in days)
    table = scope.fetch(query, (*columns, *sides, *sparks))
    for name in columns[1:]:
        getattr(state, name)[table.position] = table[name]
    for column, name in enumerate(sides):
        state.lines[table.position, column] = table[name]
    for back, name in enumerate(sparks):
        state.recent[table.position, back] = table[name]
    rows = scope.fetch(
        _COMPONENTS.format(accounts=scope.accounts("c.account_id")), ("id", "number", "position")
    )
    fits = rows["number"] < components
    state.components[rows.position[fits], rows["number"][fits]] = rows["position"][fits]
    state.overrides.update(_overrides_by_row(scope, day))
    return state


def spark_columns(days: Iterable[int]) -> sql.Composable:
    """Scores of `c` (health_currenthealth) so many days before its day, 0: that of the day."""
    missing = sql.Literal(MISSING)
    return sql.SQL("").join(_SPARK.format(back=sql.Literal(back), missing=missing) for back in days)


def _empty_state(accounts: int, components: int, lines: int, dwell: int) -> State:
    def filled(value: int) -> npt.NDArray[np.int64]:
        return np.full(accounts, value, dtype=np.int64)

    return State(
        day=filled(-1),
        card_id=filled(NO_CARD),
        score=filled(MISSING),
        band=filled(MISSING),
        last_band=filled(MISSING),
        was_new=np.zeros(accounts, dtype=np.bool_),
        lines=np.full((accounts, lines), UNKNOWN, dtype=np.int64),
        crossing_seq=filled(0),
        crossing_day=filled(-1),
        components=np.full((accounts, components), MISSING, dtype=np.int64),
        recent=np.full((accounts, dwell + 1), MISSING, dtype=np.int64),
        overrides={},
    )


def _overrides_by_row(scope: FactScope, day: date) -> dict[int, str]:
    query = _OVERRIDES.format(accounts=scope.accounts("o.account_id"), day=sql.Literal(day))
    with connection.cursor() as cursor:
        # As text: the audit looks at every statement of a page, and reads no other kind.
        cursor.execute(query.as_string(cursor.cursor))
        found = dict(cursor.fetchall())
    wanted = np.flatnonzero(np.isin(scope.account_ids, list(found)))
    return {int(row): found[int(scope.account_ids[row])] for row in wanted}
