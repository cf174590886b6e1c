"""Taking back what a person did with a task, within the minute."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from playbooks.actions.tasks import UNDO_WITHIN, change_task, locked_task
from playbooks.facts import business_calendar, silence_ends
from playbooks.models import UNFINISHED, Play, StepResult, Task
from playbooks.triggers.vocabulary import (
    ANSWERED_CHANNELS,
    PlayOutcome,
    PlayState,
    TaskOutcome,
    TaskState,
)

_BY_PEOPLE = (TaskState.DONE.value, TaskState.SKIPPED.value)


class UndoOverError(ValueError):
    """It was not theirs, is older than a minute, or the play has gone on since."""


@transaction.atomic
def undo_task(*, task_id: int, by: User, now: datetime) -> Task:
    """A task this person finished or snoozed is open again, and so is the play that ended with it.

    What waited for an answer waits again. Raises UndoOverError.
    """
    task, play = locked_task(task_id)
    if task.state == TaskState.SNOOZED:
        change_task(task, state=TaskState.OPEN, snoozed_until=None)
        if play is not None:
            _wait_for_answers(play)
        return task
    if task.state not in _BY_PEOPLE or task.closed_by_id != by.pk or task.closed_at is None:
        raise UndoOverError(f"“{task.title}” was not finished by you: it stays as it is.")
    if now - task.closed_at > UNDO_WITHIN:
        raise UndoOverError("More than a minute has passed: it stays as it is.")
    if play is not None:
        _take_play_back(play, task)
    Task.objects.filter(pk=task.pk).update(
        state=TaskState.OPEN,
        outcome=None,
        reason="",
        note="",
        closed_at=None,
        closed_by=None,
    )
    if play is not None:
        _wait_for_answers(play)
    task.refresh_from_db()
    return task


def _take_play_back(play: Play, task: Task) -> None:
    """Raises UndoOverError where a step has followed, or another play of its playbook has begun."""
    followed = Task.objects.filter(play=play, opened_at__gt=task.closed_at).exclude(pk=task.pk)
    acted = StepResult.objects.filter(play=play, began_at__gt=task.closed_at)
    if followed.exists() or acted.exists():
        raise UndoOverError("The play has gone on to its next step: it stays as it is.")
    if play.state == PlayState.OPEN:
        Play.objects.filter(pk=play.pk, next_step_at__gte=task.closed_at).update(next_step_at=None)
        return
    others = Play.objects.filter(
        account=play.account_id, playbook_key=play.playbook_key, state=PlayState.OPEN
    )
    if play.outcome != PlayOutcome.COMPLETED or play.closed_at != task.closed_at or others.exists():
        raise UndoOverError("The play has ended since: it stays as it is.")
    Play.objects.filter(pk=play.pk).update(state=PlayState.OPEN, outcome=None, closed_at=None)


def _wait_for_answers(play: Play) -> None:
    """As when its tasks were made: silence counts from when each is due, or from “no response”."""
    rule, calendar = play.playbook.rule(), business_calendar()
    asking = Q(state__in=UNFINISHED, channel__in=ANSWERED_CHANNELS)
    unanswered = Q(state=TaskState.DONE, outcome=TaskOutcome.NO_RESPONSE)
    waiting = list(Task.objects.filter(asking | unanswered, play=play, escalated_at__isnull=True))
    for task in waiting:
        since = task.closed_at or task.due_at
        ends_at = silence_ends(rule=rule, since=since, calendar=calendar)
        if ends_at is not None and task.snoozed_until is not None:
            ends_at = max(ends_at, task.snoozed_until)
        task.escalate_at = ends_at
    Task.objects.bulk_update(waiting, ["escalate_at"])
