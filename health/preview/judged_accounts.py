"""The raw values that accounts were judged by last, as the new card wants them.

What is on screen was judged by these, so that a preview shows what the draft does and nothing
else. Only what no stored judgement has is computed from facts; of accounts that get another
scorecard all of it, as publication will.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from psycopg2 import sql

from accounts.models import Account
from health import models
from health.facts import FactRows, FactScope, load_base, load_facts
from health.facts.rates import in_base
from health.facts.scope import Ints
from health.measures import raw_matrix
from health.measures.inputs import Flags, Floats
from health.preview.plan import PreviewPlan
from health.queries.scorecards import Card, published_card
from health.recompute.state import spark_columns
from health.scoring import MISSING, TOO_NEW, UNSCORED, too_new

# Uses index: health_healthscore_pkey
_STORED = sql.SQL("""
    SELECT c.account_id, COALESCE((c.score * 100)::bigint, {missing}),
        COALESCE(array_position({bands}, c.band::text)::bigint - 1, {missing}),
        a.arr_minor::bigint, (c.band = {too_new})::int::bigint {columns} {spark}
    FROM health_currenthealth c
    JOIN accounts_account a ON a.id = c.account_id
    JOIN LATERAL (
        SELECT h.raw FROM health_healthscore h
        WHERE h.account_id = c.account_id AND h.day = c.day AND h.scorecard_id = c.scorecard_id
        ORDER BY h.revision DESC LIMIT 1
    ) h ON true
    WHERE {accounts} AND c.scorecard_id = {card} AND NOT c.lacks_rule ORDER BY c.account_id
""")


@dataclass(frozen=True, slots=True)
class JudgedAccounts:
    """Accounts that were judged last by one card and would be by another; rows of all arrays
    correspond.

    `raw` has the columns of `card`, `raw_then` those of `then`. `score` is what is on screen, in
    hundredths, `band` its computed band's position in `card`; `was_new` and `is_new` mark who was,
    and would be, too new to judge. ARR is in minor units of the installation's currency.
    `days_before` are the scores of the days before, the nearest first, as many as a rise waits
    under `then`. Without `was_judged` nobody ever was: `card` stands in.
    """

    card: Card
    then: Card
    account_ids: Ints
    score: Ints
    band: Ints
    was_new: Flags
    is_new: Flags
    overrides: dict[int, str]
    raw: Floats
    raw_then: Floats
    arr: Ints
    days_before: Ints
    was_judged: bool = True

    @property
    def bands(self) -> list[str]:
        """As keys, of today."""
        keys = [*(band.key for band in self.card.spec.bands), UNSCORED]
        return [
            TOO_NEW if new else keys[place]
            for place, new in zip(self.band, self.was_new, strict=True)
        ]

    @property
    def changes_card(self) -> bool:
        return not self.was_judged or self.card.spec.key != self.then.spec.key


def read_groups(plan: PreviewPlan, then: Card, account_ids: Ints) -> list[JudgedAccounts]:
    """Of accounts that `then` would judge: a group for each card that judged them last."""
    if not len(account_ids):
        return []
    scope = plan.scope(account_ids)
    overridden = _overridden_bands(plan, account_ids)
    groups = [
        _stored_group(plan, scope, card_id, then, overridden)
        for card_id in _judging_card_ids(account_ids)
    ]
    judged = [group.account_ids for group in groups]
    never = np.setdiff1d(account_ids, np.concatenate([*judged, np.empty(0, dtype=np.int64)]))
    if plan.draft is None and len(never):  # or not any more, without a rule
        groups.append(_never_judged(plan, then, never))
    return [_still_judged(group) for group in groups if len(group.account_ids)]


def _still_judged(group: JudgedAccounts) -> JudgedAccounts:
    """Without those that are too new and stay so under the same card."""
    if group.changes_card or not group.was_new.any():
        return group
    return _rows_of_group(group, np.flatnonzero(~group.was_new))


def _rows_of_group(group: JudgedAccounts, rows: Ints) -> JudgedAccounts:
    arrays = {
        name: getattr(group, name)[rows]
        for name in ("account_ids", "score", "band", "was_new", "is_new", "raw", "raw_then", "arr")
    }
    place = {int(row): position for position, row in enumerate(rows)}
    kept = {place[row]: band for row, band in group.overrides.items() if row in place}
    return replace(group, **arrays, overrides=kept, days_before=group.days_before[rows])


def _judging_card_ids(account_ids: Ints) -> list[int]:
    """Cards that judged any of the accounts last."""
    judged = models.CurrentHealth.objects.filter(
        pk__gte=int(account_ids[0]), pk__lte=int(account_ids[-1])
    )
    return sorted(judged.values_list("scorecard_id", flat=True).distinct())


def _overridden_bands(plan: PreviewPlan, account_ids: Ints) -> dict[int, str]:
    overrides = models.BandOverride.objects.filter(
        account_id__gte=int(account_ids[0]),
        account_id__lte=int(account_ids[-1]),
        starts_on__lte=plan.day,
        expires_on__gte=plan.day,
        ended_at__isnull=True,
    )
    return dict(overrides.values_list("account_id", "band"))


def _stored_group(
    plan: PreviewPlan, scope: FactScope, card_id: int, then: Card, overridden: dict[int, str]
) -> JudgedAccounts:
    card, days = published_card(card_id), range(1, then.spec.rising_dwell + 1)
    names = [f"f_{number}" for number in range(len(card.spec.raw_keys))]
    columns = [
        sql.SQL(", COALESCE(h.raw[{}], 'NaN')").format(sql.Literal(number + 1))
        for number in range(len(names))
    ]
    query = _STORED.format(
        missing=sql.Literal(MISSING),
        too_new=sql.Literal(TOO_NEW),
        bands=sql.Literal([band.key for band in card.spec.bands]),
        columns=sql.SQL("").join(columns),
        spark=spark_columns(days),
        accounts=scope.accounts("c.account_id"),
        card=sql.Literal(card_id),
    )
    sparks = [f"spark_{back}" for back in days]
    table = scope.fetch(query, ("id", "score", "band", "arr", "was_new", *names, *sparks))
    ids = scope.account_ids[table.position]
    raw: Floats = np.column_stack([np.empty((len(ids), 0)), *map(table.__getitem__, names)]).astype(
        np.float64
    )
    raw_then, is_new = _raw_under_card(plan, ids, card, then, raw)
    return JudgedAccounts(
        card=card,
        then=then,
        account_ids=ids,
        score=table["score"],
        band=table["band"],
        was_new=table["was_new"].astype(np.bool_),
        is_new=is_new,
        overrides={row: overridden[pk] for row, pk in enumerate(ids.tolist()) if pk in overridden},
        raw=raw,
        raw_then=raw_then,
        arr=in_base(ids, table["arr"], base=plan.calendar.currency, day=plan.day),
        days_before=np.column_stack(
            [np.empty((len(ids), 0), np.int64), *map(table.__getitem__, sparks)]
        ),
    )


def _never_judged(plan: PreviewPlan, then: Card, account_ids: Ints) -> JudgedAccounts:
    raw, is_new = _from_facts(plan, account_ids, then)
    nothing = np.full(len(account_ids), MISSING, dtype=np.int64)
    arr = dict(Account.objects.filter(pk__in=account_ids.tolist()).values_list("pk", "arr_minor"))
    minor = np.array([arr[pk] for pk in account_ids.tolist()], dtype=np.int64)
    return JudgedAccounts(
        card=then,
        then=then,
        account_ids=account_ids,
        score=nothing,
        band=nothing,
        was_new=np.zeros(len(account_ids), dtype=np.bool_),
        is_new=is_new,
        overrides={},
        raw=np.full(raw.shape, np.nan),
        raw_then=raw,
        arr=in_base(account_ids, minor, base=plan.calendar.currency, day=plan.day),
        days_before=np.full((len(account_ids), then.spec.rising_dwell), MISSING, dtype=np.int64),
        was_judged=False,
    )


def _raw_under_card(
    plan: PreviewPlan, account_ids: Ints, card: Card, then: Card, raw: Floats
) -> tuple[Floats, Flags]:
    """Raw values as the other card has them, and who is too new under it."""
    if not len(account_ids):
        return np.empty((0, len(then.spec.raw_keys))), np.zeros(0, dtype=np.bool_)
    if card.spec.key != then.spec.key:
        return _from_facts(plan, account_ids, then)
    stored, wanted = card.spec.raw_keys, then.spec.raw_keys
    missing = tuple(key for key in wanted if key not in stored)
    if missing:
        rows = _facts_for(plan, account_ids, missing)
        raw = np.hstack([raw, raw_matrix(rows.on(plan.day), missing)])
    columns = [(*stored, *missing).index(key) for key in wanted]
    return raw[:, columns], np.zeros(len(account_ids), dtype=np.bool_)


def _from_facts(plan: PreviewPlan, account_ids: Ints, card: Card) -> tuple[Floats, Flags]:
    rows = _facts_for(plan, account_ids, card.spec.raw_keys)
    ages = rows.ages_on(plan.day)
    is_new = too_new(
        card.spec,
        days_since_start=ages.since_start,
        days_since_first_step=ages.since_first_step,
    )
    return raw_matrix(rows.on(plan.day), card.spec.raw_keys), is_new


def _facts_for(plan: PreviewPlan, account_ids: Ints, names: tuple[str, ...]) -> FactRows:
    scope = plan.scope(account_ids)
    return load_facts(
        scope,
        base=load_base(scope, with_history=False),
        feeds=plan.feeds,
        since_start=np.full(len(scope), any(key.endswith("_since_start") for key in names)),
        names=names,
        distributions=plan.distributions,
    )
