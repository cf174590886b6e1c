"""Tells the owner that an account of theirs is in another band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

from accounts.ui.bands import band_look
from accounts.work.notices import post
from health.signals import CrossingSignal, Direction
from playbooks.engine.new_plays import PlayBatch
from playbooks.engine.notices import notice
from playbooks.models import PlayStart
from playbooks.triggers.signal_matches import TriggerInput
from playbooks.triggers.vocabulary import StartResult


def notify_owners(*, inputs: Mapping[int, Sequence[TriggerInput]], batch: PlayBatch) -> None:
    """Once a crossing. Where a play started for it, or for what crossed with it, its own notice
    has told them."""
    answered = set(
        PlayStart.objects.filter(account__in=sorted(inputs), result=StartResult.STARTED)
        .exclude(signal=None)
        .values_list("signal_id", flat=True)
    )
    messages = []
    for account_id, signals in inputs.items():
        csm_id = batch.directory.csm_of(account_id)
        told = {
            signal.crossing.crossing_group
            for signal in signals
            if signal.crossing is not None and signal.signal_id in answered
        }
        for signal in signals:
            crossing = signal.crossing
            if csm_id is None or crossing is None or crossing.crossing_group in told:
                continue
            if crossing.is_of_whole_score:
                messages += notice(
                    key=f"signal:{signal.signal_id}",
                    user_id=csm_id,
                    account=batch.directory.accounts[account_id],
                    subject=_crossing_in_words(crossing),
                    body=_scores_in_words(crossing),
                    now=batch.now,
                )
    post(messages)


def _crossing_in_words(crossing: CrossingSignal) -> str:
    verb = "Fell" if crossing.direction is Direction.DOWN else "Rose"
    before, after = (band_look(band).word.lower() for band in (crossing.before, crossing.after))
    return f"{verb} from {before} to {after}"


def _scores_in_words(crossing: CrossingSignal) -> str:
    if crossing.score is None or crossing.score_before is None:
        return ""
    # Scores are shown as their floor: 74.9 never reads as 75.
    return f"The score went from {floor(crossing.score_before)} to {floor(crossing.score)}."
