"""The raw values that accounts were judged by last, as the new card wants them.

What is on screen was judged by these, so that a preview shows what the draft does and nothing
else. Only what no stored judgement has is computed from facts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from psycopg2 import sql

from health import models
from health.facts import FactScope, load_base, load_facts
from health.facts.rates import in_base
from health.facts.scope import Ints
from health.facts.sources import remembered_feeds
from health.measures import raw_matrix
from health.measures.inputs import Floats
from health.preview.plan import PreviewPlan
from health.queries.scorecards import Card, published_card
from health.recompute.state import spark_columns
from health.scoring import MISSING, UNSCORED, ScorecardSpec

# Uses index: health_healthscore_pkey
_STORED = sql.SQL("""
    SELECT c.account_id, COALESCE((c.score * 100)::bigint, {missing}),
        COALESCE(array_position({bands}, c.band::text)::bigint - 1, {missing}),
        a.arr_minor::bigint, {columns} {spark}
    FROM health_currenthealth c
    JOIN accounts_account a ON a.id = c.account_id
    JOIN LATERAL (
        SELECT h.raw FROM health_healthscore h
        WHERE h.account_id = c.account_id AND h.day = c.day AND h.scorecard_id = c.scorecard_id
        ORDER BY h.revision DESC LIMIT 1
    ) h ON true
    WHERE {accounts} AND c.scorecard_id = {card} ORDER BY c.account_id
""")


@dataclass(frozen=True, slots=True)
class JudgedAccounts:
    """Accounts that were judged last by the same card; rows of all arrays correspond.

    `raw` has the columns of both cards, `columns` picks those of one. `score` is what is on screen,
    in hundredths, `band` its computed band's position in `card`. ARR is in minor units of the
    installation's currency. `days_before` are the scores of the days before, the nearest first, as
    many as a rise waits under the draft.
    """

    card: Card
    account_ids: Ints
    score: Ints
    band: Ints
    overrides: dict[int, str]
    keys: tuple[str, ...]
    raw: Floats
    arr: Ints
    days_before: Ints

    def columns(self, card: ScorecardSpec) -> Floats:
        return self.raw[:, [self.keys.index(key) for key in card.raw_keys]]

    @property
    def bands(self) -> list[str]:
        return [*(band.key for band in self.card.spec.bands), UNSCORED]


def read_groups(plan: PreviewPlan, account_ids: Ints) -> list[JudgedAccounts]:
    scope = plan.scope(account_ids)
    overridden = _overridden(plan, account_ids)
    groups = (_group(plan, scope, card_id, overridden) for card_id in _cards(account_ids))
    return [group for group in groups if len(group.account_ids)]


def _cards(account_ids: Ints) -> list[int]:
    """Cards that judged any of the accounts last."""
    judged = models.CurrentHealth.objects.filter(
        pk__gte=int(account_ids[0]), pk__lte=int(account_ids[-1])
    )
    return sorted(judged.values_list("scorecard_id", flat=True).distinct())


def _overridden(plan: PreviewPlan, account_ids: Ints) -> dict[int, str]:
    overrides = models.BandOverride.objects.filter(
        account_id__gte=int(account_ids[0]),
        account_id__lte=int(account_ids[-1]),
        starts_on__lte=plan.day,
        expires_on__gte=plan.day,
        ended_at__isnull=True,
    )
    return dict(overrides.values_list("account_id", "band"))


def _group(
    plan: PreviewPlan, scope: FactScope, card_id: int, overridden: dict[int, str]
) -> JudgedAccounts:
    card, days = published_card(card_id), range(1, plan.draft.spec.rising_dwell + 1)
    names = [f"f_{number}" for number in range(len(card.spec.raw_keys))]
    columns = [
        sql.SQL("COALESCE(h.raw[{}], 'NaN')").format(sql.Literal(number + 1))
        for number in range(len(names))
    ]
    query = _STORED.format(
        missing=sql.Literal(MISSING),
        bands=sql.Literal([band.key for band in card.spec.bands]),
        columns=sql.SQL(", ").join(columns),
        spark=spark_columns(days),
        accounts=scope.accounts("c.account_id"),
        card=sql.Literal(card_id),
    )
    sparks = [f"spark_{back}" for back in days]
    table = scope.fetch(query, ("id", "score", "band", "arr", *names, *sparks))
    ids = scope.account_ids[table.position]
    keys = card.spec.raw_keys
    raw: Floats = np.column_stack([table[name] for name in names]).astype(np.float64)
    if len(ids):
        keys, raw = _with_new(plan, ids, card, raw)
    return JudgedAccounts(
        card=card,
        account_ids=ids,
        score=table["score"],
        band=table["band"],
        overrides={row: overridden[pk] for row, pk in enumerate(ids.tolist()) if pk in overridden},
        keys=keys,
        raw=raw,
        arr=in_base(ids, table["arr"], base=plan.calendar.currency, day=plan.day),
        days_before=np.column_stack(
            [np.empty((len(ids), 0), np.int64), *map(table.__getitem__, sparks)]
        ),
    )


def _with_new(
    plan: PreviewPlan, account_ids: Ints, card: Card, raw: Floats
) -> tuple[tuple[str, ...], Floats]:
    """The stored columns, and beside them what only the draft looks at, read from facts."""
    stored = card.spec.raw_keys
    missing = tuple(key for key in plan.draft.spec.raw_keys if key not in stored)
    if not missing:
        return stored, raw
    scope = plan.scope(account_ids)
    base = load_base(scope, with_history=False)
    since_start = np.full(len(scope), any(key.endswith("_since_start") for key in missing))
    rows = load_facts(
        scope,
        base=base,
        feeds=remembered_feeds(),
        since_start=since_start,
        names=missing,
        distributions=plan.distributions,
    )
    return (*stored, *missing), np.hstack([raw, raw_matrix(rows.on(plan.day), missing)])
