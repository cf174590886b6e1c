"""Opens the steps of plays whose time has come: one task a step, due in business time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import OutboxMessage
from playbooks.due_dates import Anchor, BusinessCalendar, Offset, Unit, due_at, notice_at
from playbooks.facts import AccountRow, rules_of, silence_ends, steps_of
from playbooks.firing.notices import notice, post
from playbooks.firing.owners import Directory
from playbooks.models import UNFINISHED, Play, PlaybookStep, Task
from playbooks.triggers.rules import Recovery, Rule
from playbooks.triggers.vocabulary import (
    ANSWERED_CHANNELS,
    OwnerRole,
    PlayOutcome,
    PlayState,
    TaskOutcome,
    TaskState,
)
from playbooks.triggers.wording import closes_when


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening steps needs beside the plays; read once a batch."""

    now: datetime
    calendar: BusinessCalendar
    directory: Directory
    steps: dict[int, list[PlaybookStep]]
    rules: dict[int, Rule]

    def account(self, play: Play) -> AccountRow:
        return self.directory.accounts[play.account_id]


def opening(
    *, plays: Sequence[Play], now: datetime, calendar: BusinessCalendar, directory: Directory
) -> Opening:
    playbook_ids = {play.playbook_id for play in plays}
    return Opening(now, calendar, directory, steps_of(playbook_ids), rules_of(playbook_ids))


def open_due_steps(*, plays: Sequence[Play], context: Opening) -> int:
    """Makes the tasks of every step that is due to show up, and says when the next one is.

    The plays must be locked. Returns the number of tasks made.
    """
    closed = _closed_before(plays)
    tasks: list[Task] = []
    for play in plays:
        tasks += _steps_of_play(play, context, closed.get(play.pk, {}))
    Task.objects.bulk_create(tasks, ignore_conflicts=True, batch_size=1000)
    Play.objects.bulk_update(plays, ["next_position", "next_step_at"], batch_size=1000)
    post([message for task in tasks for message in _alerts(task, context)])
    _complete_finished(plays, context.now)
    return len(tasks)


def _steps_of_play(play: Play, context: Opening, closed: dict[int, datetime]) -> list[Task]:
    tasks: list[Task] = []
    for step in context.steps[play.playbook_id]:
        if play.next_position is None or step.position < play.next_position:
            continue
        anchor = _anchor(play, step, context, closed)
        opens_at, due = _times(step, anchor, context) if anchor else (None, None)
        if opens_at is None or due is None or opens_at > context.now:
            play.next_position, play.next_step_at = step.position, opens_at
            return tasks
        tasks.append(_task(play, step, due, context))
        if step.owner_role == OwnerRole.SYSTEM:
            closed[step.position] = context.now
    play.next_position = play.next_step_at = None
    return tasks


def _anchor(
    play: Play, step: PlaybookStep, context: Opening, closed: dict[int, datetime]
) -> datetime | None:
    """None while the step before is not finished."""
    match step.due_from:
        case Anchor.PREVIOUS_STEP:
            return closed.get(step.position - 1)
        case Anchor.CONTRACT_END:
            renews_on = context.account(play).renews_on
            return context.calendar.opening(renews_on) if renews_on else play.opened_at
        case _:
            return play.opened_at


def _times(step: PlaybookStep, anchor: datetime, context: Opening) -> tuple[datetime, datetime]:
    offset = Offset(step.due_amount, Unit(step.due_unit), Anchor(step.due_from))
    due = due_at(anchor=anchor, offset=offset, calendar=context.calendar)
    if step.notice_days is None:
        return anchor if step.due_from != Anchor.CONTRACT_END else context.now, due
    return notice_at(due=due, notice_days=step.notice_days, calendar=context.calendar), due


def _task(play: Play, step: PlaybookStep, due: datetime, context: Opening) -> Task:
    role = OwnerRole(step.owner_role)
    task = Task(
        account_id=play.account_id,
        play_id=play.pk,
        step_id=step.pk,
        title=step.title,
        guidance=f"{step.purpose}\n\n{step.guidance}",
        channel=step.channel,
        owner_role=role,
        opened_at=context.now,
        due_at=due,
        why=play.why,
        closes_when=closes_when(Recovery(tuple(play.recovers_bands), play.recovers_score)),
    )
    if role is OwnerRole.SYSTEM:
        task.state, task.outcome, task.closed_at = TaskState.DONE, TaskOutcome.NOTIFIED, context.now
        return task
    task.owner_id = context.directory.owner_for(role=role, account_id=play.account_id)
    if step.channel in ANSWERED_CHANNELS:
        task.escalate_at = silence_ends(
            rule=context.rules[play.playbook_id], since=due, calendar=context.calendar
        )
    return task


def _closed_before(plays: Sequence[Play]) -> dict[int, dict[int, datetime]]:
    """By play: when the step at each position was finished; only waiting steps ask."""
    found: dict[int, dict[int, datetime]] = {}
    rows = (
        Task.objects.filter(play__in=plays, step__isnull=False)
        .exclude(state__in=UNFINISHED)
        .values_list("play_id", "step__position", "closed_at")
    )
    for play_id, position, closed_at in rows:
        found.setdefault(play_id, {})[position] = closed_at
    return found


def _alerts(task: Task, context: Opening) -> list[OutboxMessage]:
    """A step of the system is a notice to the CSM and the manager."""
    if task.owner_role != OwnerRole.SYSTEM:
        return []
    account = context.directory.accounts[task.account_id]
    people = {
        context.directory.owner_for(role=role, account_id=account.id)
        for role in (OwnerRole.CSM, OwnerRole.MANAGER)
    }
    return [
        message
        for person in sorted(person for person in people if person is not None)
        for message in notice(
            key=f"play:{task.play_id}:step:{task.step_id}",
            user_id=person,
            account=account,
            subject=task.title,
            body=task.why,
            now=context.now,
            by_mail=True,
        )
    ]


def _complete_finished(plays: Sequence[Play], now: datetime) -> None:
    """A play ends when its last step is open no longer."""
    done = [play.pk for play in plays if play.next_position is None]
    unfinished = Task.objects.filter(play__in=done, state__in=UNFINISHED).values("play")
    Play.objects.filter(pk__in=done, state=PlayState.OPEN).exclude(pk__in=unfinished).update(
        state=PlayState.CLOSED, outcome=PlayOutcome.COMPLETED, closed_at=now
    )
