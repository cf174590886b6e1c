"""Tells the owner that an account of theirs is in another band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

from accounts.catalogue import label
from accounts.notices import post
from health.scoring import Cause
from playbooks.firing.notices import notice
from playbooks.firing.opening import PlayBatch
from playbooks.models import PlayStart
from playbooks.triggers.matching import Crossing, TriggerInput
from playbooks.triggers.rules import WHOLE_SCORE
from playbooks.triggers.vocabulary import Direction, StartResult


def notify_owners(*, inputs: Mapping[int, Sequence[TriggerInput]], batch: PlayBatch) -> None:
    """Once a crossing. Where a play started for it, its own notice has told them."""
    answered = set(
        PlayStart.objects.filter(account__in=sorted(inputs), result=StartResult.STARTED)
        .exclude(signal=None)
        .values_list("signal_id", flat=True)
    )
    messages = []
    for account_id, signals in inputs.items():
        csm_id = batch.directory.csm_of(account_id)
        for signal in signals:
            if csm_id is None or signal.signal_id in answered:
                continue
            if signal.crossing is not None and _is_news(signal.crossing):
                messages += notice(
                    key=f"signal:{signal.signal_id}",
                    user_id=csm_id,
                    account=batch.directory.accounts[account_id],
                    subject=_words(signal.crossing),
                    body=_scores(signal.crossing),
                    now=batch.now,
                )
    post(messages)


def _is_news(crossing: Crossing) -> bool:
    return crossing.subject == WHOLE_SCORE and crossing.cause == Cause.MOVED


def _words(crossing: Crossing) -> str:
    verb = "Fell" if crossing.direction == Direction.DOWN else "Rose"
    return f"{verb} from {label(crossing.before).lower()} to {label(crossing.after).lower()}"


def _scores(crossing: Crossing) -> str:
    if crossing.score is None or crossing.previous_score is None:
        return ""
    # Scores are shown as their floor: 74.9 never reads as 75.
    return f"The score went from {floor(crossing.previous_score)} to {floor(crossing.score)}."
