"""Draws people in: silence, a score below a line, events. Once a play and rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import OutboxMessage
from accounts.work.notices import post
from health.scoring import WHOLE_SCORE
from playbooks.announcements import announce_created
from playbooks.due_dates import Offset, Unit, due_at
from playbooks.engine.closures import close_plays
from playbooks.engine.due_steps import Opening
from playbooks.engine.notices import notice
from playbooks.facts import longest_window, recent_signals
from playbooks.models import UNFINISHED, Play, Task
from playbooks.triggers.rules import AccountState, Escalation
from playbooks.triggers.signal_matches import TriggerInput
from playbooks.triggers.task_sentences import handed_because, why_escalated
from playbooks.triggers.vocabulary import (
    Channel,
    EscalationKind,
    PlayOutcome,
    PlayState,
    TaskState,
)

# Somebody drawn in has one business day.
_DUE = Offset(24, Unit.HOURS)
# Exits that no person needs to bring about: they are facts.
_OF_CONTRACTS = ("contract_decided", "contract_lost")


@dataclass(frozen=True, slots=True)
class DueEscalation:
    play: Play
    escalation: Escalation
    why: str


def escalate_to(*, drawn: Sequence[DueEscalation], context: Opening) -> int:
    """Makes the task and the notice of each; what was made before is not made again."""
    known = set(
        Task.objects.filter(play__in={each.play for each in drawn})
        .exclude(escalation="")
        .values_list("play_id", "escalation")
    )
    fresh = {(each.play.pk, each.escalation.key): each for each in drawn}
    fresh = {key: each for key, each in sorted(fresh.items()) if key not in known}
    asked = _hand_over(list(fresh.values()), context)
    tasks = [_escalation_task(each, context) for each in asked]
    Task.objects.bulk_create(tasks, ignore_conflicts=True)
    if tasks:
        plays = [task.play_id for task in tasks]
        announce_created(Task.objects.filter(play__in=plays, opened_at=context.now))
    post([message for task in tasks for message in _escalation_notices(task, context)])
    _keep_open([each.play.pk for each in asked if each.escalation.keeps_open])
    return len(tasks)


def _hand_over(drawn: Sequence[DueEscalation], context: Opening) -> list[DueEscalation]:
    """Ends the plays that hand over; those for whom a person gets a task.

    Of a play one person goes on. Where somebody works on the fall already, that is who does.
    """
    handing = {each.play.pk: each for each in reversed(drawn) if each.escalation.hands_over}
    reasons = {pk: handed_because(each.why) for pk, each in handing.items()}
    close_plays(reasons=reasons, outcome=PlayOutcome.CANCELLED, now=context.now)
    fallen = {
        pk: each
        for pk, each in handing.items()
        if each.escalation.kind is EscalationKind.SCORE_BELOW
    }
    worked = _worked_on({each.play.account_id for each in fallen.values()})
    taken_up = {pk for pk, each in fallen.items() if each.play.account_id in worked}
    return [
        each
        for each in drawn
        if each.play.pk not in handing
        or (handing[each.play.pk] is each and each.play.pk not in taken_up)
    ]


def _worked_on(account_ids: Collection[int]) -> set[int]:
    """Accounts with an open play of people that the health of the account would end."""
    if not account_ids:
        return set()
    # Uses index: play_open or play_recovers
    plays = Play.objects.filter(
        ~Q(recovers_bands=[]) | Q(recovers_score__isnull=False),
        account__in=account_ids,
        state=PlayState.OPEN,
        playbook__is_sequence=False,
    )
    return set(plays.values_list("account_id", flat=True))


def for_signals(
    *,
    plays: Sequence[Play],
    inputs: dict[int, list[TriggerInput]],
    fresh: frozenset[int],
    account_states: dict[int, AccountState],
    context: Opening,
) -> list[DueEscalation]:
    """What the signals of these accounts pull in their open plays; `fresh` were just opened."""
    emitted = _recent_events(plays, inputs, context)
    found = []
    for play in plays:
        signals = inputs.get(play.account_id, [])
        for escalation in context.rules[play.playbook_id].escalations:
            seen = (
                _seen_events(escalation, signals, emitted.get(play.account_id, []), context)
                if escalation.kind is EscalationKind.SIGNALS
                else _seen_score(escalation, signals, play, fresh, account_states)
            )
            if seen:
                found.append(
                    DueEscalation(play, escalation, why_escalated(escalation=escalation, seen=seen))
                )
    return found


def for_silence(*, tasks: Sequence[Task], context: Opening) -> list[DueEscalation]:
    found = []
    for task in tasks:
        play = task.play
        if play is None:
            continue
        for escalation in context.rules[play.playbook_id].escalations:
            if escalation.kind is EscalationKind.NO_RESPONSE:
                why = why_escalated(escalation=escalation, seen=f"“{task.title}”")
                found.append(DueEscalation(play, escalation, why))
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
    event = pulled[-1].kind.removeprefix("event.").replace("_", " ").replace(".", " ")
    return event if times == 1 else f"{event}, {times} such events"


def _seen_score(
    escalation: Escalation,
    signals: Iterable[TriggerInput],
    play: Play,
    fresh: frozenset[int],
    account_states: dict[int, AccountState],
) -> str:
    if escalation.score is None:
        return ""
    for signal in signals:
        crossing = signal.crossing
        if crossing is None or crossing.score is None or crossing.subject != WHOLE_SCORE:
            continue
        if crossing.score < escalation.score:
            return f"it is {crossing.score:.2f}"
    score = account_states[play.account_id].score if play.pk in fresh else None
    return f"it is {score:.2f}" if score is not None and score < escalation.score else ""


def _escalation_task(each: DueEscalation, context: Opening) -> Task:
    play, escalation = each.play, each.escalation
    given = context.directory.assignment(role=escalation.escalate_to, account_id=play.account_id)
    return Task(
        account_id=play.account_id,
        play_id=play.pk,
        escalation=escalation.key,
        title=escalation.title,
        guidance=escalation.guidance,
        channel=Channel.INTERNAL,
        owner_role=context.directory.settled_role(escalation.escalate_to),
        owner_id=given.person_id,
        fallback=given.fallback or "",
        opened_at=context.now,
        due_at=due_at(anchor=context.now, offset=_DUE, calendar=context.calendar),
        state=TaskState.OPEN,
        why=each.why,
    )


def _escalation_notices(task: Task, context: Opening) -> list[OutboxMessage]:
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
    plays.exclude(ends_on__has_any_keys=_OF_CONTRACTS).update(ends_on={})
    for name in _OF_CONTRACTS:
        plays.filter(**{f"ends_on__{name}": True}).update(ends_on={name: True})
    plays.update(recovers_bands=[], recovers_score=None)
    Task.objects.filter(play_id__in=play_ids, state__in=UNFINISHED).update(closes_when="")
