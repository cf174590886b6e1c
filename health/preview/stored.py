"""The raw values that accounts were judged by last, as the new card wants them.

What is on screen was judged by these, so that a preview shows what the draft does and nothing
else. Only what no stored judgement has is computed from facts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from psycopg2 import sql

from health.facts import Scope, load_base, load_facts
from health.facts.scope import Ints
from health.facts.sources import remembered_feeds
from health.measures import raw_matrix
from health.measures.inputs import Floats
from health.preview.plan import Plan
from health.queries.rates import arr_factors
from health.queries.scorecards import Card, published_card
from health.recompute.state import State, read_state
from health.scoring import UNSCORED, Scorecard

# Uses index: health_healthscore_pkey
_RAW = sql.SQL("""
    SELECT c.account_id, {columns}
    FROM health_currenthealth c
    JOIN LATERAL (
        SELECT h.raw FROM health_healthscore h
        WHERE h.account_id = c.account_id AND h.day = c.day AND h.scorecard_id = c.scorecard_id
        ORDER BY h.revision DESC LIMIT 1
    ) h ON true
    WHERE {accounts} AND c.scorecard_id = {card}
""")
_ARR = sql.SQL("SELECT a.id, a.arr_minor FROM accounts_account a WHERE {accounts}")


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts that were judged last by the same card; rows of all arrays correspond.

    `raw` has the columns of both cards: `old_raw`, `new_raw` pick theirs. ARR is in minor units of
    the installation's currency.
    """

    card: Card
    account_ids: Ints
    state: State
    keys: tuple[str, ...]
    raw: Floats
    arr: Ints

    def columns(self, card: Scorecard) -> Floats:
        return self.raw[:, [self.keys.index(key) for key in card.raw_keys]]

    @property
    def bands(self) -> list[str]:
        return [*(band.key for band in self.card.spec.bands), UNSCORED]


def read_groups(plan: Plan, account_ids: Ints) -> list[Group]:
    scope = Scope(account_ids, plan.day, plan.day, plan.calendar.zone, False)
    state = read_state(scope, day=plan.day, components=_components(plan))
    arr = _arr(plan, scope)
    groups = []
    for card_id in np.unique(state.card_id[state.card_id >= 0]):
        card = published_card(int(card_id))
        rows, raw = _stored_raw(scope, state, card)
        if not len(rows):
            continue
        keys, values = _with_new(plan, account_ids[rows], card, raw)
        groups.append(Group(card, account_ids[rows], state.take(rows), keys, values, arr[rows]))
    return groups


def _components(plan: Plan) -> int:
    cards = [plan.draft, *([plan.in_force] if plan.in_force else [])]
    return max(len(card.spec.component_keys) for card in cards)


def _stored_raw(scope: Scope, state: State, card: Card) -> tuple[Ints, Floats]:
    """Rows of the scope that this card judged last, and the raw values it judged by."""
    names = [f"f_{number}" for number in range(len(card.spec.raw_keys))]
    columns = [
        sql.SQL("COALESCE(h.raw[{}], 'NaN')").format(sql.Literal(number + 1))
        for number in range(len(names))
    ]
    query = _RAW.format(
        columns=sql.SQL(", ").join(columns),
        accounts=scope.accounts("c.account_id"),
        card=sql.Literal(card.id),
    )
    table = scope.fetch(query, ("id", *names))
    order = np.argsort(table.position)
    raw = np.column_stack([table[name] for name in names])[order].astype(np.float64)
    rows = table.position[order]
    same = state.card_id[rows] == card.id
    return rows[same], raw[same]


def _with_new(
    plan: Plan, account_ids: Ints, card: Card, raw: Floats
) -> tuple[tuple[str, ...], Floats]:
    """The stored columns, and beside them what only the draft looks at, read from facts."""
    stored = card.spec.raw_keys
    missing = tuple(key for key in plan.draft.spec.raw_keys if key not in stored)
    if not missing:
        return stored, raw
    scope = Scope(account_ids, plan.day, plan.day, plan.calendar.zone, False)
    base = load_base(scope, with_history=False)
    since_start = np.full(len(scope), any(key.endswith("_since_start") for key in missing))
    rows = load_facts(scope, base=base, feeds=remembered_feeds(), since_start=since_start)
    return (*stored, *missing), np.hstack([raw, raw_matrix(rows.on(plan.day), missing)])


def _arr(plan: Plan, scope: Scope) -> Ints:
    table = scope.fetch(_ARR.format(accounts=scope.accounts("a.id")), ("id", "arr"))
    arr = np.zeros(len(scope))
    arr[table.position] = table["arr"]
    factors = arr_factors(scope.account_ids, base=plan.calendar.currency, day=plan.day)
    return np.asarray(np.rint(arr * factors * 100), dtype=np.int64)
