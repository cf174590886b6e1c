"""Draws people in: silence, a score below a line, events. Once a play and rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import OutboxMessage
from accounts.work.notices import post
from health.scoring import WHOLE_SCORE
from playbooks.announcements import announce_created
from playbooks.due_dates import Offset, Unit, due_at
from playbooks.facts import longest_window, recent_signals
from playbooks.firing.due_steps import Opening
from playbooks.firing.notices import notice
from playbooks.models import UNFINISHED, Play, Task
from playbooks.triggers.matching import TriggerInput
from playbooks.triggers.rules import AccountState, Escalation
from playbooks.triggers.vocabulary import Channel, EscalationKind, TaskState
from playbooks.triggers.wording import why_drawn_in

# Somebody drawn in has one business day.
_DUE = Offset(24, Unit.HOURS)


@dataclass(frozen=True, slots=True)
class DrawnIn:
    play: Play
    escalation: Escalation
    why: str


def escalate_to(*, drawn: Sequence[DrawnIn], context: Opening) -> int:
    """Makes the task and the notice of each; what was made before is not made again."""
    known = set(
        Task.objects.filter(play__in={each.play for each in drawn})
        .exclude(escalation="")
        .values_list("play_id", "escalation")
    )
    fresh = {(each.play.pk, each.escalation.key): each for each in drawn}
    fresh = {key: each for key, each in sorted(fresh.items()) if key not in known}
    tasks = [_task(each, context) for each in fresh.values()]
    Task.objects.bulk_create(tasks, ignore_conflicts=True)
    if tasks:
        plays = [task.play_id for task in tasks]
        announce_created(Task.objects.filter(play__in=plays, opened_at=context.now))
    post([message for task in tasks for message in _notices(task, context)])
    _keep_open([each.play.pk for each in fresh.values() if each.escalation.keeps_open])
    return len(tasks)


def for_signals(
    *,
    plays: Sequence[Play],
    inputs: dict[int, list[TriggerInput]],
    fresh: frozenset[int],
    standings: dict[int, AccountState],
    context: Opening,
) -> list[DrawnIn]:
    """What the signals of these accounts pull in their open plays; `fresh` were just opened."""
    emitted = _recent_events(plays, inputs, context)
    found = []
    for play in plays:
        signals = inputs.get(play.account_id, [])
        for escalation in context.rules[play.playbook_id].escalations:
            seen = (
                _seen_events(escalation, signals, emitted.get(play.account_id, []), context)
                if escalation.kind is EscalationKind.SIGNALS
                else _seen_score(escalation, signals, play, fresh, standings)
            )
            if seen:
                found.append(
                    DrawnIn(play, escalation, why_drawn_in(escalation=escalation, seen=seen))
                )
    return found


def for_silence(*, tasks: Sequence[Task], context: Opening) -> list[DrawnIn]:
    found = []
    for task in tasks:
        play = task.play
        if play is None:
            continue
        for escalation in context.rules[play.playbook_id].escalations:
            if escalation.kind is EscalationKind.NO_RESPONSE:
                why = why_drawn_in(escalation=escalation, seen=f"“{task.title}”")
                found.append(DrawnIn(play, escalation, why))
    return found


def _recent_events(
    plays: Sequence[Play], inputs: dict[int, list[TriggerInput]], context: Opening
) -> dict[int, list[tuple[str, datetime]]]:
    """By account: the events within the longest window any of the rules looks back."""
    kinds = {
        kind
        for play in plays
        for escalation in context.rules[play.playbook_id].escalations
        for kind in escalation.signals
    }
    if not kinds & {signal.kind for signals in inputs.values() for signal in signals}:
        return {}
    since = context.now - longest_window(context.rules.values())
    return recent_signals(account_ids=sorted(inputs), kinds=sorted(kinds), since=since)


def _seen_events(
    escalation: Escalation,
    signals: Iterable[TriggerInput],
    emitted: Iterable[tuple[str, datetime]],
    context: Opening,
) -> str:
    pulled = [signal for signal in signals if signal.kind in escalation.signals]
    since = context.now - timedelta(days=escalation.within_days)
    times = sum(1 for kind, at in emitted if kind in escalation.signals and at >= since)
    if not pulled or times < escalation.count:
        return ""
    event = pulled[-1].kind.removeprefix("event.").replace("_", " ")
    return event if times == 1 else f"{event}, {times} such events"


def _seen_score(
    escalation: Escalation,
    signals: Iterable[TriggerInput],
    play: Play,
    fresh: frozenset[int],
    standings: dict[int, AccountState],
) -> str:
    if escalation.score is None:
        return ""
    for signal in signals:
        crossing = signal.crossing
        if crossing is None or crossing.score is None or crossing.subject != WHOLE_SCORE:
            continue
        if crossing.score < escalation.score:
            return f"it is {crossing.score:.2f}"
    score = standings[play.account_id].score if play.pk in fresh else None
    return f"it is {score:.2f}" if score is not None and score < escalation.score else ""


def _task(each: DrawnIn, context: Opening) -> Task:
    play, escalation = each.play, each.escalation
    given = context.directory.assignment(role=escalation.escalate_to, account_id=play.account_id)
    return Task(
        account_id=play.account_id,
        play_id=play.pk,
        escalation=escalation.key,
        title=escalation.title,
        guidance=escalation.guidance,
        channel=Channel.INTERNAL,
        owner_role=escalation.escalate_to,
        owner_id=given.person_id,
        fallback=given.fallback or "",
        opened_at=context.now,
        due_at=due_at(anchor=context.now, offset=_DUE, calendar=context.calendar),
        state=TaskState.OPEN,
        why=each.why,
    )


def _notices(task: Task, context: Opening) -> list[OutboxMessage]:
    if task.owner_id is None:
        return []
    return notice(
        key=f"play:{task.play_id}:escalation:{task.escalation}",
        user_id=task.owner_id,
        account=context.directory.accounts[task.account_id],
        subject=task.title,
        body=task.why,
        now=context.now,
        by_mail=True,
    )


def _keep_open(play_ids: Sequence[int]) -> None:
    """From here on people end the play: no score answers a cancellation. What becomes of the
    contract does."""
    if not play_ids:
        return
    plays = Play.objects.filter(pk__in=play_ids)
    plays.exclude(ends_on__contract_decided=True).update(ends_on={})
    plays.filter(ends_on__contract_decided=True).update(ends_on={"contract_decided": True})
    plays.update(recovers_bands=[], recovers_score=None)
    Task.objects.filter(play_id__in=play_ids, state__in=UNFINISHED).update(closes_when="")
