"""What other margins and dwells would have done to the scores of the last 90 days."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import numpy as np
from psycopg2 import sql

from health.facts.scope import Ints
from health.preview.plan import PreviewPlan
from health.recompute.score_statements import SPARK_DAYS
from health.recompute.state import spark_columns
from health.scoring import Calm, Hysteresis, ScorecardSpec, calm

_MARGINS = (Decimal(0), Decimal(2), Decimal(3), Decimal(5))
_RISING = (0, 3, 7, 10)
_FALLING = (1, 3, 5)

_SPARKS = sql.SQL("SELECT c.account_id {spark} FROM health_currenthealth c WHERE {accounts}")


def hystereses(card: ScorecardSpec) -> tuple[Hysteresis, ...]:
    """That of the card first; then other margins, other dwells on rising, and dwells on falling."""
    margin, rising = card.recovery_margin, card.rising_dwell
    return tuple(
        dict.fromkeys((Hysteresis(margin, rising), *_other_hystereses(card, margin, rising)))
    )


def _other_hystereses(card: ScorecardSpec, margin: Decimal, rising: int) -> Iterator[Hysteresis]:
    narrowest = min(high.lower - low.lower for high, low in pairwise(card.bands))
    for other in _MARGINS:
        if other < narrowest:
            yield Hysteresis(other, rising)
    for days in _RISING:
        yield Hysteresis(margin, days)
    for days in _FALLING:
        yield Hysteresis(margin, rising, days)


def foresee_flapping(plan: PreviewPlan, account_ids: Ints) -> list[Calm]:
    """One for each of `hystereses(draft)`, under its bands, by the scores as they were judged; none
    where rules are what is drafted."""
    if plan.draft is None:
        return []
    scope = plan.scope(account_ids)
    days = range(SPARK_DAYS - 1, -1, -1)
    query = _SPARKS.format(spark=spark_columns(days), accounts=scope.accounts("c.account_id"))
    names = [f"spark_{back}" for back in days]
    table = scope.fetch(query, ("id", *names))
    scores = np.column_stack([table[name] for name in names])
    card = plan.draft.spec
    return [
        calm(bands=card.bands, scores=scores, hysteresis=hysteresis)
        for hysteresis in hystereses(card)
    ]
