"""A signal that a play waits for is looked at with the next tick, not once a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from playbooks.models import Play, StepResult
from playbooks.triggers.kinds import Wait
from playbooks.triggers.signal_matches import TriggerInput
from playbooks.triggers.vocabulary import PlayState


def wake_waits(*, inputs: Mapping[int, Sequence[TriggerInput]], now: datetime) -> int:
    """Of these accounts; how many plays are looked at."""
    if not inputs:
        return 0
    # Uses index: play_open or play_looks
    waiting = StepResult.objects.filter(
        play__account__in=sorted(inputs),
        play__state=PlayState.OPEN,
        play__looked_at__isnull=False,
        ended_at__isnull=True,
    )
    rung = {account_id: {each.kind for each in told} for account_id, told in inputs.items()}
    due = [
        row.play_id
        for row in waiting.select_related("step", "play")
        if isinstance(wait := row.step.does, Wait)
        and not rung[row.play.account_id].isdisjoint(wait.signals)
    ]
    return Play.objects.filter(pk__in=due).update(next_step_at=now) if due else 0
