"""The score that one account would have under a draft; nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.models import Account
from health import models
from health.models import CurrentHealth
from health.preview.judged_accounts import read_groups
from health.preview.plan import prepare
from health.publishing import NotPublishable, check
from health.queries.scorecards import Card, build_spec
from health.scoring import TOO_NEW, UNSCORED, Evaluation, band_positions, evaluate, same_bounds


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`evaluation` has one row. `now` is the present state, None where it was never judged."""

    day: date
    card: Card
    evaluation: Evaluation
    band: str
    now: CurrentHealth | None


def what_if(draft: models.Scorecard, *, account: Account, day: date) -> WhatIf | None:
    """Under that scorecard, whichever card the account gets; raw values are those that judged it
    last, and from the facts what no stored judgement has. None where nothing can be judged: the
    account is no customer, or was never judged by any card.

    Raises NotPublishable for a draft that nobody could be judged by.
    """
    if found := check(draft):
        raise NotPublishable(found)
    ids = np.array([account.pk], dtype=np.int64)
    plan, card = prepare(draft, day=day, account_ids=ids), Card(draft.pk, build_spec(draft))
    for group in read_groups(plan, card, ids):
        spec = card.spec
        after = evaluate(spec, group.raw_then).without(group.is_new)
        keeps = group.card.spec.key == spec.key and same_bounds(group.card.spec.bands, spec.bands)
        place = band_positions(
            bands=spec.bands,
            margin=spec.recovery_margin,
            values=after.score,
            previous=group.band if keeps else np.full(1, -1, dtype=np.int64),
            days_before=group.days_before[:, : spec.rising_dwell],
        )
        keys = [*(band.key for band in spec.bands), UNSCORED]
        band = TOO_NEW if group.is_new[0] else keys[int(place[0])]
        now = CurrentHealth.objects.filter(account=account).first()
        return WhatIf(plan.day, card, after, band, now)
    return None
