"""Time passes: plays recover or churn, steps come due, silence is noticed, the queue moves.

Each part claims its rows with SKIP LOCKED in a transaction of its own, touches only what is due,
and may be run by several workers at once or twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from health.models import CurrentHealth
from playbooks import facts
from playbooks.engine.closures import close_what_is_over
from playbooks.engine.due_steps import Opening, opening
from playbooks.engine.escalations import DueEscalation, escalate_to, for_silence
from playbooks.engine.exits import close_what_is_decided, close_what_is_used, close_what_left
from playbooks.engine.new_plays import Start, open_plays, read_batch
from playbooks.engine.owners import Owners
from playbooks.engine.steps import open_due_steps
from playbooks.models import Play, PlayStart, Task
from playbooks.triggers.decisions import DayRoom, suppression_for
from playbooks.triggers.rules import Escalation, Recovery, Rule
from playbooks.triggers.task_sentences import why_asked_next
from playbooks.triggers.vocabulary import (
    ASKED_NEXT,
    EscalationKind,
    OwnerRole,
    PlayState,
    StartResult,
    TaskState,
)

# The head of every queue: as many of each CSM and playbook as today still has room for, and of
# those as many as the CSM's budget of the day has room for.
_WAITING = """
WITH queue AS (
    SELECT s.id, s.account_id, s.is_urgent, s.rank, s.playbook_key, s.csm_id, b.cap_per_csm_day,
           s.csm_id IS NULL OR (b.category = 'intervention' AND b.cap_per_csm_day IS NULL)
               AS is_free,
           row_number() OVER (PARTITION BY s.playbook_key, s.csm_id
                              ORDER BY s.is_urgent DESC, s.rank DESC, s.id) AS place
    FROM playbooks_playstart s JOIN playbooks_playbook b ON b.id = s.playbook_id
    WHERE s.result = 'queued'
), head AS (
    SELECT queue.*, row_number() OVER (PARTITION BY csm_id, is_free
                                       ORDER BY is_urgent DESC, rank DESC, id) AS csm_place
    FROM queue
    WHERE cap_per_csm_day IS NULL OR place <= cap_per_csm_day - (
        SELECT count(*) FROM playbooks_play p
        WHERE p.opened_day = %(day)s AND p.playbook_key = queue.playbook_key
          AND p.csm_id IS NOT DISTINCT FROM queue.csm_id)
)
SELECT id, account_id FROM head
WHERE is_free OR %(budget)s IS NULL OR csm_place <= %(budget)s - (
    SELECT count(*) FROM playbooks_play p
    WHERE p.opened_day = %(day)s AND p.csm_id = head.csm_id)
ORDER BY is_urgent DESC, rank DESC, id
LIMIT %(limit)s
"""


BATCH = 1_000
# What ended earlier was asked for then, or ended before anything was asked.
_ASKED_WITHIN = timedelta(days=1)
NEXT_STEP = Escalation(
    ASKED_NEXT,
    EscalationKind.SCORE_BELOW,
    escalate_to=OwnerRole.CSM,
    title="Decide the next step",
    guidance="The play is over and the account is still at risk. Start another play, or write down"
    " why nothing more is done and when you look at it again.",
)


def advance_plays(*, limit: int, now: datetime) -> int:
    """Moves everything that is due, at most `limit` rows of each sort; returns how many moved."""
    parts = (
        close_what_is_over,
        return_snoozed,
        open_steps,
        look_again,
        escalate_for_silence,
        promote_queued,
        ask_next_steps,
    )
    return sum(_in_batches(part, limit=limit, now=now) for part in parts)


def _in_batches(part: Callable[..., int], *, limit: int, now: datetime) -> int:
    moved = 0
    while moved < limit:
        asked = min(BATCH, limit - moved)
        done = part(limit=asked, now=now)
        moved += done
        if done < asked:
            break
    return moved


@transaction.atomic
def return_snoozed(*, limit: int, now: datetime) -> int:
    # Uses index: task_snoozed
    due = (
        Task.objects.filter(state=TaskState.SNOOZED, snoozed_until__lte=now)
        .order_by("snoozed_until")
        .select_for_update(skip_locked=True, no_key=True)
    )
    ids = list(due.values_list("pk", flat=True)[:limit])
    return Task.objects.filter(pk__in=ids).update(state=TaskState.OPEN, snoozed_until=None)


@transaction.atomic
def open_steps(*, limit: int, now: datetime) -> int:
    # Uses index: play_step_due
    due = (
        Play.objects.filter(state=PlayState.OPEN, next_step_at__lte=now)
        .order_by("next_step_at")
        .select_for_update(skip_locked=True, no_key=True)
    )
    plays = sorted(due[:limit], key=lambda play: play.pk)
    if plays:
        open_due_steps(plays=plays, context=_opening_context(plays, now))
    return len(plays)


# What waits for something to become true, where the account was rescored since; once a day anyway.
# Uses index: play_looks
_LOOKS = """
SELECT p.id FROM playbooks_play p
LEFT JOIN health_currenthealth h ON h.account_id = p.account_id
WHERE p.state = 'open' AND p.looked_at IS NOT NULL
    AND (h.computed_at > p.looked_at OR p.looked_at < %(yesterday)s)
ORDER BY p.id
LIMIT %(limit)s
FOR NO KEY UPDATE OF p SKIP LOCKED
"""


@transaction.atomic
def look_again(*, limit: int, now: datetime) -> int:
    """How many were looked at, whether or not it has become true."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS, {"limit": limit, "yesterday": now - timedelta(days=1)})
        ids = [pk for (pk,) in cursor.fetchall()]
    close_what_is_decided(play_ids=ids, now=now)
    close_what_is_used(play_ids=ids, now=now)
    close_what_left(play_ids=ids, now=now)
    plays = list(Play.objects.filter(pk__in=ids, state=PlayState.OPEN).order_by("pk"))
    if plays:
        open_due_steps(plays=plays, context=_opening_context(plays, now))
    return len(ids)


@transaction.atomic
def escalate_for_silence(*, limit: int, now: datetime) -> int:
    # Uses index: task_silent
    silent = Task.objects.filter(escalate_at__lte=now, escalated_at__isnull=True)
    # The plays, not their tasks: whoever ends a play must meet the task that is made here.
    claimed = (
        Play.objects.filter(state=PlayState.OPEN, pk__in=silent.values("play"))
        .order_by("pk")
        .select_for_update(skip_locked=True, no_key=True)
    )
    plays = list(claimed[:limit])
    if not plays:
        return 0
    tasks = list(silent.filter(play__in=plays).select_related("play").order_by("escalate_at", "pk"))
    context = _opening_context(plays, now)
    escalate_to(drawn=for_silence(tasks=tasks, context=context), context=context)
    return Task.objects.filter(pk__in=[task.pk for task in tasks]).update(escalated_at=now)


# Uses index: play_unrecovered
_UNRECOVERED = """
SELECT p.id FROM playbooks_play p
JOIN playbooks_playbook b ON b.id = p.playbook_id AND b.category = 'intervention'
JOIN accounts_account a ON a.id = p.account_id AND a.status <> 'churned'
JOIN health_currenthealth h ON h.account_id = p.account_id AND h.at_risk
WHERE p.outcome IN ('completed', 'cancelled') AND p.closed_at > %(since)s
    AND NOT EXISTS (SELECT FROM playbooks_stepresult r
        WHERE r.play_id = p.id AND r.ending = 'held_out')
    AND NOT EXISTS (SELECT FROM playbooks_task t
        WHERE t.play_id = p.id AND t.escalation <> '' AND t.opened_at >= p.closed_at)
    AND NOT EXISTS (SELECT FROM playbooks_play o JOIN playbooks_playbook ob ON ob.id = o.playbook_id
        WHERE o.account_id = p.account_id AND o.state = 'open' AND ob.category = 'intervention')
ORDER BY p.id
LIMIT %(limit)s
FOR NO KEY UPDATE OF p SKIP LOCKED
"""


@transaction.atomic
def ask_next_steps(*, limit: int, now: datetime) -> int:
    """A play that ended while the account is still at risk, and no other takes it up, asks the
    owner what comes next: once a play, unless it handed over as it ended."""
    params: dict[str, Any] = {"limit": limit, "since": now - _ASKED_WITHIN}
    with connection.cursor() as cursor:
        cursor.execute(_UNRECOVERED, params)
        ids = [pk for (pk,) in cursor.fetchall()]
    plays = list(Play.objects.filter(pk__in=ids).select_related("playbook").order_by("pk"))
    if not plays:
        return 0
    health = CurrentHealth.objects.in_bulk([play.account_id for play in plays])
    drawn = [
        DueEscalation(play, NEXT_STEP, _why_next(play, health[play.account_id].score))
        for play in plays
    ]
    return escalate_to(drawn=drawn, context=_opening_context(plays, now))


def _why_next(play: Play, score: Decimal | None) -> str:
    return why_asked_next(playbook=play.playbook.name, outcome=play.outcome or "", score=score)


@transaction.atomic
def promote_queued(*, limit: int, now: datetime) -> int:
    """Starts what waited, as far as the caps and the budget of today allow; what is over meanwhile
    is suppressed."""
    day = facts.business_calendar().local_day(now)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"limit": limit, "day": day, "budget": facts.daily_budget()})
        waiting = cursor.fetchall()
    if not waiting:
        return 0
    account_ids = facts.lock_accounts({account_id for _, account_id in waiting})
    facts.lock_caps()
    queued = PlayStart.objects.filter(
        pk__in=[pk for pk, _ in waiting], account_id__in=account_ids, result=StartResult.QUEUED
    ).order_by("-is_urgent", "-rank", "pk")
    return _promote_batch(list(queued), now)


def _promote_batch(queued: Sequence[PlayStart], now: datetime) -> int:
    batch = read_batch(account_ids=sorted({start.account_id for start in queued}), now=now)
    rules = facts.rules_of(start.playbook_id for start in queued)
    room = DayRoom(opened=facts.opened_on(batch.day), budget=facts.daily_budget())
    starts = []
    moved = 0
    for queued_start in queued:
        rule = rules[queued_start.playbook_id]
        trigger = rule.trigger(queued_start.trigger_key)
        account_state = batch.account_states[queued_start.account_id].without_queued(rule.key)
        reason = suppression_for(rule=rule, trigger=trigger, account_state=account_state, now=now)
        if reason is None and not room.take(queued_start.csm_id, rule):
            continue
        moved += 1
        result = StartResult.STARTED if reason is None else StartResult.SUPPRESSED
        PlayStart.objects.filter(pk=queued_start.pk).update(result=result, reason=reason or "")
        if reason is None:
            starts.append(_start_of_queued(queued_start, rule, trigger.recovery))
    open_plays(starts=starts, batch=batch)
    return moved


def _start_of_queued(queued: PlayStart, rule: Rule, recovery: Recovery) -> Start:
    return Start(
        start_id=queued.pk,
        account_id=queued.account_id,
        csm_id=queued.csm_id,
        rule=rule,
        recovery=recovery,
        why=queued.why,
        saw=queued.saw,
    )


def _opening_context(plays: Sequence[Play], now: datetime) -> Opening:
    calendar = facts.business_calendar()
    accounts = facts.account_rows(play.account_id for play in plays).values()
    directory = Owners(accounts=accounts, day=calendar.local_day(now))
    return opening(plays=plays, now=now, calendar=calendar, directory=directory)
