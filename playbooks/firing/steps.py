"""Opens the steps of plays whose time has come: one task a step, due in business time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.calendar import BusinessCalendar
from accounts.models import OutboxMessage
from accounts.work.notices import post
from playbooks.due_dates import Anchor, Offset, Unit, due_at, notice_at
from playbooks.facts import AccountRow, rules_of, silence_ends, steps_of
from playbooks.firing.notices import notice
from playbooks.firing.owners import Owners
from playbooks.firing.rows import NewTask, NextStep, insert_tasks, update_next_steps
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
    directory: Owners
    steps: dict[int, list[PlaybookStep]]
    rules: dict[int, Rule]

    def account(self, play: Play) -> AccountRow:
        return self.directory.accounts[play.account_id]


@dataclass(frozen=True, slots=True)
class DueStep:
    play: Play
    step: PlaybookStep
    due: datetime


def opening(
    *, plays: Sequence[Play], now: datetime, calendar: BusinessCalendar, directory: Owners
) -> Opening:
    playbook_ids = {play.playbook_id for play in plays}
    return Opening(now, calendar, directory, steps_of(playbook_ids), rules_of(playbook_ids))


def open_due_steps(*, plays: Sequence[Play], context: Opening) -> int:
    """Makes the tasks of every step that is due to show up, and says when the next one is.

    The plays must be locked. Returns the number of tasks made.
    """
    closed = _closed_before(plays)
    due: list[DueStep] = []
    for play in plays:
        due += _steps_of_play(play, context, closed.get(play.pk, {}))
    made = insert_tasks([_task(step, context) for step in due], now=context.now)
    update_next_steps([_next_step(play) for play in plays])
    post([message for step in due for message in (*_alerts(step, context), *_asked(step, context))])
    _complete_finished(plays, context.now)
    return made


def _steps_of_play(play: Play, context: Opening, closed: dict[int, datetime]) -> list[DueStep]:
    found: list[DueStep] = []
    for step in context.steps[play.playbook_id]:
        if play.next_position is None or step.position < play.next_position:
            continue
        anchor = _anchor(play, step, context, closed)
        opens_at, due = _times(step, anchor, context) if anchor else (None, None)
        if opens_at is None or due is None or opens_at > context.now:
            play.next_position, play.next_step_at = step.position, opens_at
            return found
        found.append(DueStep(play, step, due))
        if step.owner_role == OwnerRole.SYSTEM:
            closed[step.position] = context.now
    play.next_position = play.next_step_at = None
    return found


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


def _task(due_step: DueStep, context: Opening) -> NewTask:
    play, step, due = due_step.play, due_step.step, due_step.due
    is_automatic = step.owner_role == OwnerRole.SYSTEM
    given = context.directory.assignment(role=step.owner_role, account_id=play.account_id)
    escalate_at = None
    if step.channel in ANSWERED_CHANNELS and not is_automatic:
        rule = context.rules[play.playbook_id]
        escalate_at = silence_ends(rule=rule, since=due, calendar=context.calendar)
    return NewTask(
        account_id=play.account_id,
        play_id=play.pk,
        step_id=step.pk,
        owner_id=given.person_id,
        fallback=given.fallback or "",
        due_at=due.isoformat(),
        state=TaskState.DONE if is_automatic else TaskState.OPEN,
        outcome=TaskOutcome.NOTIFIED if is_automatic else None,
        why=play.why,
        closes_when=closes_when(Recovery(tuple(play.recovers_bands), play.recovers_score)),
        escalate_at=_text(escalate_at),
    )


def _next_step(play: Play) -> NextStep:
    return NextStep(play.pk, play.next_position, _text(play.next_step_at))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


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


def _alerts(due_step: DueStep, context: Opening) -> list[OutboxMessage]:
    """A step of the system is a notice to the CSM and the manager.

    In the app the CSM has been told when the play began.
    """
    play, step = due_step.play, due_step.step
    if step.owner_role != OwnerRole.SYSTEM:
        return []
    people = {
        context.directory.owner_for(role=each, account_id=play.account_id)
        for each in (OwnerRole.CSM, OwnerRole.MANAGER)
    }
    return [
        message
        for person in sorted(person for person in people if person is not None)
        for message in notice(
            key=f"play:{play.pk}:step:{step.pk}",
            user_id=person,
            account=context.account(play),
            # Nobody reads “Tell the manager” as what they are told.
            subject=f"Play “{context.rules[play.playbook_id].name}”",
            body=play.why,
            now=context.now,
            by_mail=True,
        )
        if person != play.csm_id or message.channel == OutboxMessage.Channel.EMAIL
    ]


def _asked(due_step: DueStep, context: Opening) -> list[OutboxMessage]:
    """Whoever gets a step beside the CSM, who has been told of the play, is told of the task."""
    play, step = due_step.play, due_step.step
    owner = context.directory.owner_for(role=step.owner_role, account_id=play.account_id)
    if owner is None or owner == play.csm_id or step.owner_role == OwnerRole.SYSTEM:
        return []
    return notice(
        key=f"play:{play.pk}:task:{step.pk}",
        user_id=owner,
        account=context.account(play),
        subject=step.title,
        body=play.why,
        now=context.now,
    )


def _complete_finished(plays: Sequence[Play], now: datetime) -> None:
    """A play ends when its last step is open no longer."""
    done = [play.pk for play in plays if play.next_position is None]
    unfinished = Task.objects.filter(play__in=done, state__in=UNFINISHED).values("play")
    Play.objects.filter(pk__in=done, state=PlayState.OPEN).exclude(pk__in=unfinished).update(
        state=PlayState.CLOSED, outcome=PlayOutcome.COMPLETED, closed_at=now
    )
