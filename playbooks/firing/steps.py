"""Opens the steps of plays whose time has come: one task a step, due in business time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.calendar import BusinessCalendar
from accounts.models import OutboxMessage
from accounts.work.notices import post
from playbooks.due_dates import Anchor, Offset, Unit, due_at, notice_at
from playbooks.facts import AccountRow, rules_of, silence_ends, steps_of
from playbooks.firing.notices import notice
from playbooks.firing.owners import Owners
from playbooks.firing.rows import NewTask, NextStep, insert_tasks, update_next_steps
from playbooks.models import UNFINISHED, Play, PlaybookStep, Task
from playbooks.triggers.path import SKIPPED, Finish, Node, walk
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
    nodes: dict[int, list[Node]]

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
    steps = steps_of(playbook_ids)
    nodes = {playbook_id: [step.node() for step in own] for playbook_id, own in steps.items()}
    return Opening(now, calendar, directory, steps, rules_of(playbook_ids), nodes)


def open_due_steps(*, plays: Sequence[Play], context: Opening) -> int:
    """Makes the tasks of every step that is due to show up, and says when the next one is.

    The plays must be locked. Returns the number of tasks made.
    """
    before = _step_tasks(plays)
    due: list[DueStep] = []
    for play in plays:
        due += _steps_of_play(play, context, before.get(play.pk, {}))
    made = insert_tasks([_task(step, context) for step in due], now=context.now)
    update_next_steps([_next_step(play) for play in plays])
    post([message for step in due for message in (*_alerts(step, context), *_asked(step, context))])
    _complete_finished(plays, context.now)
    return made


def _steps_of_play(play: Play, context: Opening, before: dict[int, Finish | None]) -> list[DueStep]:
    """`before`: its steps that have a task, by their id, and how each was finished."""
    if play.next_position is None:
        return []
    steps = context.steps[play.playbook_id]
    upcoming = play.next_position
    begins = sum(step.position < upcoming for step in steps)
    had = [index for index in range(begins) if steps[index].pk in before]
    dues: dict[int, datetime] = {}

    def opens_at(index: int, previous: datetime | None) -> datetime | None:
        anchor = _anchor(play, steps[index], context, previous)
        if anchor is None:
            return None
        moment, dues[index] = _times(steps[index], anchor, context)
        return moment

    found = walk(
        context.nodes[play.playbook_id],
        begins=begins,
        came_from=max(had, default=None),
        finished={index: finish for index in had if (finish := before[steps[index].pk])},
        opens_at=opens_at,
        ends_itself=lambda index: _ends_itself(steps[index]),
        now=context.now,
    )
    play.next_position = None if found.upcoming is None else steps[found.upcoming].position
    play.next_step_at = found.opens_at
    return [DueStep(play, steps[index], dues[index]) for index in found.opened]


def _ends_itself(step: PlaybookStep) -> str | None:
    """A step of the system is done as soon as it opens."""
    return TaskOutcome.NOTIFIED if step.owner_role == OwnerRole.SYSTEM else None


def _anchor(
    play: Play, step: PlaybookStep, context: Opening, previous: datetime | None
) -> datetime | None:
    """None while the step before is not finished; `previous` is when it was."""
    match step.due_from:
        case Anchor.PREVIOUS_STEP:
            return previous
        case Anchor.CONTRACT_END | Anchor.CONTRACT_DATE:
            seen = play.saw.get("on") if step.due_from == Anchor.CONTRACT_DATE else None
            day = date.fromisoformat(seen) if seen else context.account(play).renews_on
            return context.calendar.start_of(day) if day else play.opened_at
        case _:
            return play.opened_at


def _times(step: PlaybookStep, anchor: datetime, context: Opening) -> tuple[datetime, datetime]:
    offset = Offset(step.due_amount, Unit(step.due_unit), Anchor(step.due_from))
    due = due_at(anchor=anchor, offset=offset, calendar=context.calendar)
    if step.notice_days is None:
        return context.now if Anchor(step.due_from).is_ahead else anchor, due
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


def _step_tasks(plays: Sequence[Play]) -> dict[int, dict[int, Finish | None]]:
    """By play and step: how the step's task was finished, None while it is not."""
    found: dict[int, dict[int, Finish | None]] = {}
    rows = Task.objects.filter(play__in=plays, step__isnull=False)
    for play_id, step_id, closed_at, outcome in rows.values_list(
        "play_id", "step_id", "closed_at", "outcome"
    ):
        finish = None if closed_at is None else Finish(closed_at, outcome or SKIPPED)
        found.setdefault(play_id, {})[step_id] = finish
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
