"""Scores of accounts as a check of an import asks for them: in a transaction that is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.uploads.score_source import Scored
from health.models import CurrentHealth
from health.recompute import CatchingUpError, rescore_now


def stored_scores(account_ids: Sequence[int]) -> dict[int, Scored]:
    """By account; who was never judged is not in it."""
    rows = CurrentHealth.objects.filter(account__in=account_ids)
    found = rows.values_list("account_id", "score", "effective_band")
    return {account_id: Scored(score, band) for account_id, score, band in found}


def scores_by_now(account_ids: Sequence[int], *, now: datetime) -> dict[int, Scored] | None:
    """By the facts as the transaction has them. None while nights are missing that come first."""
    try:
        rescore_now(account_ids=account_ids, now=now)
    except CatchingUpError:
        return None
    return stored_scores(account_ids)
