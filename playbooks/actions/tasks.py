"""What people do with tasks. Each action is one conditional change in one transaction.

Whether somebody may do it to this account is asked before, by whoever calls: tasks come from
`Task.objects.workable_by(user)`, accounts from `Account.objects.changeable_by(user)`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest

from accounts.access import people_for
from accounts.declarations import address_of
from accounts.models import Account, Installation, User
from accounts.work.notices import in_app, post
from playbooks.announcements import announce_created, announce_done, announce_ended
from playbooks.facts import business_calendar, silence_ends
from playbooks.models import UNFINISHED, Play, Task
from playbooks.triggers.vocabulary import (
    ANSWERS,
    OUTCOMES,
    Channel,
    OwnerRole,
    PlayOutcome,
    PlayState,
    TaskOutcome,
    TaskState,
    label,
    work_of,
)

UNDO_WITHIN = timedelta(minutes=1)


class TaskFinishedError(ValueError):
    """Somebody, or the platform, finished the task before."""


class ReasonMissingError(ValueError):
    """Skipping and cancelling need a reason: others read it later."""


class OutOfSightError(ValueError):
    """Whoever gets a task may see its account, and work on it."""


class WrongOutcomeError(ValueError):
    """An outcome fits what the task is about: only outreach is answered."""


class WrongTimeError(ValueError):
    """A task is snoozed into the future and is due in it."""


REFUSED = (
    TaskFinishedError,
    ReasonMissingError,
    OutOfSightError,
    WrongOutcomeError,
    WrongTimeError,
)
"""Of an action on one task."""


@transaction.atomic
def complete_task(
    *, task_id: int, outcome: TaskOutcome, by: User | None, now: datetime, note: str = ""
) -> Task:
    """Done, with its outcome. An answer of the customer ends the wait for one.

    Raises TaskFinishedError, WrongOutcomeError.
    """
    task, play = locked_task(task_id)
    fitting = OUTCOMES[work_of(channel=task.channel, has_play=task.play_id is not None)]
    if outcome not in fitting:
        known = ", ".join(label(each).lower() for each in fitting)
        raise WrongOutcomeError(f"What comes of this task is one of: {known}.")
    escalate_at = None
    if play is not None and outcome == TaskOutcome.NO_RESPONSE and task.escalated_at is None:
        escalate_at = silence_ends(
            rule=play.playbook.rule(), since=now, calendar=business_calendar()
        )
    _finish_task(
        task,
        state=TaskState.DONE,
        outcome=outcome,
        note=note.strip(),
        escalate_at=escalate_at,
        closed_at=now,
        closed_by=by,
    )
    announce_done(Task.objects.filter(pk=task.pk))
    if play is not None and outcome in ANSWERS:
        Task.objects.filter(play=play, escalated_at__isnull=True).update(escalate_at=None)
    _advance_play(play, task, now)
    return task


@transaction.atomic
def skip_task(*, task_id: int, reason: str, by: User | None, now: datetime) -> Task:
    """Raises ReasonMissingError, TaskFinishedError."""
    if not reason.strip():
        raise ReasonMissingError("Say why the task is skipped.")
    task, play = locked_task(task_id)
    _finish_task(
        task,
        state=TaskState.SKIPPED,
        reason=reason.strip()[:500],
        escalate_at=None,
        closed_at=now,
        closed_by=by,
    )
    announce_done(Task.objects.filter(pk=task.pk))
    _advance_play(play, task, now)
    return task


@transaction.atomic
def snooze_task(*, task_id: int, until: datetime, now: datetime) -> Task:
    """Hidden until then; when it is due does not move, nor does silence count meanwhile.

    Raises WrongTimeError, TaskFinishedError.
    """
    if until <= now:
        raise WrongTimeError("Snooze the task until a time that is still to come.")
    task, _ = locked_task(task_id)
    later = Case(
        When(escalate_at__isnull=False, then=Greatest(F("escalate_at"), Value(until))),
        default=None,
    )
    change_task(task, state=TaskState.SNOOZED, snoozed_until=until, escalate_at=later)
    return task


@transaction.atomic
def reassign_task(
    *, task_id: int, owner: User | None, now: datetime, by: User | None = None
) -> Task:
    """To another person, or back to the queue of CS ops.

    Raises OutOfSightError, TaskFinishedError.
    """
    task, _ = locked_task(task_id)
    if owner is not None:
        _refuse_stranger(owner, task.account)
    # Whoever is chosen settles whom the team lacks.
    change_task(task, owner=owner, **({"fallback": ""} if owner is not None else {}))
    _notify_new_owner(task, by=by, now=now)
    return task


def _refuse_stranger(owner: User, account: Account) -> None:
    if not people_for(account).filter(pk=owner.pk).exists():
        raise OutOfSightError(f"{owner} may not work on {account}: choose somebody else.")


@transaction.atomic
def add_task(
    *,
    account: Account,
    title: str,
    owner: User | None,
    due_at: datetime,
    by: User | None,
    now: datetime,
    guidance: str = "",
    channel: Channel = Channel.INTERNAL,
) -> Task:
    """A task by hand, of no play; whoever else has it is told. Raises WrongTimeError,
    OutOfSightError."""
    if due_at <= now:
        raise WrongTimeError("Choose a due time that is still to come.")
    if owner not in (None, by):
        _refuse_stranger(owner, account)
    task = Task.objects.create(
        account=account,
        title=title.strip(),
        guidance=guidance.strip(),
        channel=channel,
        owner=owner,
        owner_role=OwnerRole.CSM if owner else OwnerRole.CS_OPS,
        opened_at=now,
        due_at=due_at,
        why=f"Added by {by.name}." if by else "",
        created_by=by,
    )
    announce_created(Task.objects.filter(pk=task.pk))
    _notify_new_owner(task, by=by, now=now)
    return task


def _notify_new_owner(task: Task, *, by: User | None, now: datetime) -> None:
    """Whoever is given a task by somebody else finds it among what is new."""
    if task.owner_id is None or (by is not None and task.owner_id == by.pk):
        return
    post(
        [
            in_app(
                key=f"task:{task.pk}:given:{now.isoformat()}",
                user_id=task.owner_id,
                account_id=task.account_id,
                subject=f"{task.title}: {task.account.name}",
                body=f"{by.name} gave you this task." if by else "You were given this task.",
                link=address_of("playbooks.Task", task.pk),
                now=now,
            )
        ]
    )


def locked_task(task_id: int) -> tuple[Task, Play | None]:
    """The task, and its play where it has one. The play is locked before its task, as the ticks
    do: two finishing people queue up."""
    task = Task.objects.get(pk=task_id)
    if task.play_id is None:
        return task, None
    plays = Play.objects.select_for_update(no_key=True, of=("self",))
    return task, plays.select_related("playbook").get(pk=task.play_id)


def _finish_task(task: Task, **columns: object) -> None:
    change_task(task, snoozed_until=None, **columns)


def change_task(task: Task, **columns: object) -> None:
    """Of an unfinished task. Raises TaskFinishedError."""
    changed = Task.objects.filter(pk=task.pk, state__in=UNFINISHED).update(**columns)
    task.refresh_from_db()
    if not changed:
        raise TaskFinishedError(f"“{task.title}” is {label(task.state).lower()} already.")


def _advance_play(play: Play | None, task: Task, now: datetime) -> None:
    """The last task ends the play; a step that waited for this one is due once the person who
    finished it can no longer take that back."""
    if play is None or play.state != PlayState.OPEN:
        return
    if play.next_position is not None:
        # On a day that stands still, as in an example, no minute ever passes.
        can_undo = task.closed_by_id is not None and Installation.current().as_of is None
        follows = now + UNDO_WITHIN if can_undo else now
        Play.objects.filter(pk=play.pk, next_step_at__isnull=True).update(next_step_at=follows)
        return
    if not Task.objects.filter(play=play, state__in=UNFINISHED).exists():
        Play.objects.filter(pk=play.pk, state=PlayState.OPEN).update(
            state=PlayState.CLOSED, outcome=PlayOutcome.COMPLETED, closed_at=now
        )
        announce_ended(Play.objects.filter(pk=play.pk, closed_at=now))
