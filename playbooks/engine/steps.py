"""Opens the steps of plays whose time has come: a task each, due in business time, or what the
platform does by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from accounts.models import OutboxMessage
from accounts.work.notices import post
from playbooks.announcements import announce_created, announce_ended
from playbooks.due_dates import Anchor, Offset, Unit, due_at, notice_at
from playbooks.engine.automatic_steps import Acted, Pause, act, end_waits
from playbooks.engine.closures import close_plays
from playbooks.engine.due_steps import DueStep, Opening
from playbooks.engine.notices import notice
from playbooks.engine.owners import Assignee
from playbooks.engine.unique_inserts import NewTask, NextStep, insert_tasks, update_next_steps
from playbooks.facts import silence_ends
from playbooks.models import UNFINISHED, Play, PlaybookStep, StepResult, Task
from playbooks.triggers.kinds import SKIPPED, StepEnding, StepKind
from playbooks.triggers.path import Finish, walk
from playbooks.triggers.task_sentences import closes_when
from playbooks.triggers.vocabulary import (
    ANSWERED_CHANNELS,
    OwnerRole,
    PlayOutcome,
    PlayState,
    TaskOutcome,
    TaskState,
)

_HELD_OUT = "Held out at random, to learn what the playbook changes: nothing was done."
# A step about an account that another worker holds is tried again.
_AGAIN_IN = timedelta(minutes=1)


def open_due_steps(*, plays: Sequence[Play], context: Opening) -> int:
    """Opens every step whose time has come, and says when the next one is.

    Tasks are made, the platform does the other kinds; how those end leads on, until each play
    waits for a time, a person or a condition. The plays must be locked. Returns the number of
    tasks made.
    """
    finished = _finishes_by_play(plays)
    acted = end_waits(plays=plays, context=context)
    _note_finished(acted, finished)
    pauses, made, going = acted.pauses, 0, list(plays)
    while going:
        due = [step for play in going for step in _steps_of_play(play, context, finished[play.pk])]
        tasks = [each for each in due if each.kind is StepKind.TASK]
        made += _make_tasks(tasks, context)
        acted = act(due=[each for each in due if each.kind is not StepKind.TASK], context=context)
        for each in tasks:
            ending = _ends_itself(each.step)
            finished[each.play.pk][each.step.pk] = Finish(context.now, ending) if ending else None
        _note_finished(acted, finished)
        pauses |= acted.pauses
        for each in acted.postponed:
            each.play.next_position = each.step.position
            each.play.next_step_at = context.now + _AGAIN_IN
        led_on = {play_id for play_id, _ in acted.ended}
        going = [play for play in going if play.pk in led_on]
    for play in plays:
        _pause_play(play, pauses.get(play.pk), context.now)
    _leave_held_out(plays, finished, context)
    update_next_steps([_next_step(play) for play in plays])
    _complete_finished(plays, context.now)
    return made


def _note_finished(acted: Acted, finished: dict[int, dict[int, Finish | None]]) -> None:
    for (play_id, step_id), finish in acted.ended.items():
        finished[play_id][step_id] = finish


def _pause_play(play: Play, pause: Pause | None, now: datetime) -> None:
    is_watched = play.is_watched or (pause is not None and pause.is_watched)
    play.looked_at = now if is_watched else None
    if pause is not None:
        play.next_step_at = pause.ends_at


def _leave_held_out(
    plays: Sequence[Play], finished: Mapping[int, Mapping[int, Finish | None]], context: Opening
) -> None:
    """An account that is held out, and that no edge leads elsewhere, is left alone."""
    reasons = {}
    for play in plays:
        endings = [finish.ending for finish in finished[play.pk].values() if finish]
        if play.next_position is None and endings and endings[-1] == StepEnding.HELD_OUT:
            reasons[play.pk] = _HELD_OUT
            play.state, play.outcome = PlayState.CLOSED, PlayOutcome.CANCELLED
    close_plays(reasons=reasons, outcome=PlayOutcome.CANCELLED, now=context.now)


def _make_tasks(due: Sequence[DueStep], context: Opening) -> int:
    if not due:
        return 0
    made = insert_tasks([_task_of_step(step, context) for step in due], now=context.now)
    of_plays = [step.play.pk for step in due]
    announce_created(Task.objects.filter(play__in=of_plays, opened_at=context.now))
    post(
        [
            message
            for step in due
            for message in (*_system_step_notices(step, context), *_owner_notices(step, context))
        ]
    )
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
        anchor = _anchor_time(play, steps[index], context, previous)
        if anchor is None:
            return None
        moment, due = _open_and_due_times(steps[index], anchor, context)
        dues[index] = _not_before_start(due, play, context)
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
    play.next_position = _position_after(steps, found.upcoming)
    play.next_step_at = found.opens_at
    return [DueStep(play, steps[index], dues[index]) for index in found.opened]


def _position_after(steps: Sequence[PlaybookStep], index: int | None) -> int | None:
    """Past the last step while that has to end before the play does."""
    if index is None:
        return None
    return steps[index].position if index < len(steps) else steps[-1].position + 1


def _ends_itself(step: PlaybookStep) -> str | None:
    """A task of the system is done as soon as it opens."""
    is_told = step.kind == StepKind.TASK and step.owner_role == OwnerRole.SYSTEM
    return TaskOutcome.NOTIFIED if is_told else None


def _anchor_time(
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


def _open_and_due_times(
    step: PlaybookStep, anchor: datetime, context: Opening
) -> tuple[datetime, datetime]:
    offset = Offset(step.due_amount, Unit(step.due_unit), Anchor(step.due_from))
    if step.kind != StepKind.TASK and not offset.amount:
        return anchor, anchor
    due = due_at(anchor=anchor, offset=offset, calendar=context.calendar)
    if step.kind != StepKind.TASK:
        opens = _start_of_work(due, offset, context)
        return opens, opens
    if step.notice_days is None:
        return context.now if Anchor(step.due_from).is_ahead else anchor, due
    return notice_at(due=due, notice_days=step.notice_days, calendar=context.calendar), due


def _start_of_work(due: datetime, offset: Offset, context: Opening) -> datetime:
    """What the platform does on a day it does as the day's work begins, not at its close."""
    if offset.unit is Unit.HOURS:
        return due
    return context.calendar.at(context.calendar.local_day(due), context.calendar.opens_at)


def _not_before_start(due: datetime, play: Play, context: Opening) -> datetime:
    """A contract that is learned late leaves days before it that were over when its play began."""
    if due >= play.opened_at:
        return due
    first_day = Offset(0, Unit.CALENDAR_DAYS)
    return due_at(anchor=play.opened_at, offset=first_day, calendar=context.calendar)


def _task_of_step(due_step: DueStep, context: Opening) -> NewTask:
    play, step, due = due_step.play, due_step.step, due_step.due
    is_automatic = step.owner_role == OwnerRole.SYSTEM
    given = _assignee_of_step(play, step, context)
    escalate_at = None
    if step.channel in ANSWERED_CHANNELS and not is_automatic:
        rule = context.rules[play.playbook_id]
        escalate_at = silence_ends(rule=rule, since=due, calendar=context.calendar)
    return NewTask(
        account_id=play.account_id,
        play_id=play.pk,
        step_id=step.pk,
        owner_id=given.person_id,
        owner_role=context.directory.settled_role(step.owner_role),
        fallback=given.fallback or "",
        due_at=due.isoformat(),
        state=TaskState.DONE if is_automatic else TaskState.OPEN,
        outcome=TaskOutcome.NOTIFIED if is_automatic else None,
        why=play.why,
        closes_when=closes_when(play.recovery),
        escalate_at=_iso_or_none(escalate_at),
    )


def _assignee_of_step(play: Play, step: PlaybookStep, context: Opening) -> Assignee:
    return context.directory.assignment(
        role=step.owner_role, account_id=play.account_id, lead=play.lead_id
    )


def _next_step(play: Play) -> NextStep:
    when, looked = _iso_or_none(play.next_step_at), _iso_or_none(play.looked_at)
    return NextStep(play.pk, play.next_position, when, looked)


def _iso_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _finishes_by_play(plays: Sequence[Play]) -> dict[int, dict[int, Finish | None]]:
    """By play and step that was opened: how it was finished, None while it is not."""
    found: dict[int, dict[int, Finish | None]] = {play.pk: {} for play in plays}
    tasks = Task.objects.filter(play__in=plays, step__isnull=False)
    for play_id, step_id, closed_at, outcome in tasks.values_list(
        "play_id", "step_id", "closed_at", "outcome"
    ):
        finish = None if closed_at is None else Finish(closed_at, outcome or SKIPPED)
        found[play_id][step_id] = finish
    results = StepResult.objects.filter(play__in=plays).order_by("pk")
    for play_id, step_id, ended_at, ending in results.values_list(
        "play_id", "step_id", "ended_at", "ending"
    ):
        found[play_id][step_id] = None if ended_at is None else Finish(ended_at, ending)
    return found


def _system_step_notices(due_step: DueStep, context: Opening) -> list[OutboxMessage]:
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


def _owner_notices(due_step: DueStep, context: Opening) -> list[OutboxMessage]:
    """Whoever gets a step beside the CSM, who has been told of the play, is told of the task."""
    play, step = due_step.play, due_step.step
    owner = _assignee_of_step(play, step, context).person_id
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
    if done:
        announce_ended(Play.objects.filter(pk__in=done, closed_at=now))
