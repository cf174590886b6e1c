"""Ends plays by themselves: recovered, churned, superseded. Their tasks close with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Case, CharField, Value, When

from playbooks.models import UNFINISHED, Play, Task
from playbooks.triggers.vocabulary import PlayOutcome, PlayState, TaskState


def close_plays(
    *, reasons: Mapping[int, str], outcome: PlayOutcome, now: datetime
) -> Sequence[int]:
    """Closes the open ones among these plays, each with its reason; returns their ids.

    The plays must be locked. Unfinished tasks close by themselves and say why.
    """
    ids = sorted(reasons)
    open_ids = list(
        Play.objects.filter(pk__in=ids, state=PlayState.OPEN)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    Play.objects.filter(pk__in=open_ids).update(
        state=PlayState.CLOSED,
        outcome=outcome,
        closed_at=now,
        next_position=None,
        next_step_at=None,
        reason=_by("pk", reasons, open_ids),
    )
    Task.objects.filter(play_id__in=open_ids, state__in=UNFINISHED).update(
        state=TaskState.CLOSED_BY_ITSELF,
        snoozed_until=None,
        escalate_at=None,
        closed_at=now,
        reason=_by("play_id", reasons, open_ids),
    )
    return open_ids


def _by(column: str, reasons: Mapping[int, str], ids: Sequence[int]) -> Case:
    cases = [When(**{column: pk}, then=Value(reasons[pk][:500])) for pk in ids]
    return Case(*cases, default=Value(""), output_field=CharField())
