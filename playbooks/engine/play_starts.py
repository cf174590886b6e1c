"""From signals to plays: one start record for every match, one play for every start."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.db import transaction

from accounts.catalogue import SignalKind
from accounts.models import SignalDelivery
from accounts.work import signals
from health.signals import SignalShapeError
from playbooks import facts
from playbooks.announcements import announce_crossings
from playbooks.engine.band_notices import notify_owners
from playbooks.engine.closures import close_what_is_over
from playbooks.engine.due_steps import opening
from playbooks.engine.escalations import escalate_to, for_signals
from playbooks.engine.exits import close_for_signals
from playbooks.engine.new_plays import PlayBatch, Start, open_plays, read_batch
from playbooks.engine.signal_waits import wake_waits
from playbooks.engine.unique_inserts import StartRow, insert_starts
from playbooks.models import Play
from playbooks.triggers.conditions import fits
from playbooks.triggers.decisions import Decision, decide, is_historic, ration
from playbooks.triggers.rules import Rule
from playbooks.triggers.signal_matches import TriggerInput, parse_signal, pulls
from playbooks.triggers.task_sentences import why_started
from playbooks.triggers.vocabulary import PlayState, StartResult

CONSUMER = "playbooks"
_Inputs: TypeAlias = dict[int, list[TriggerInput]]
Outcome = SignalDelivery.Outcome
log = logging.getLogger(__name__)


def fire_signals(*, limit: int, now: datetime) -> int:
    """Deals with the signals of up to `limit` accounts, in one transaction.

    Returns how many it dealt with; 0 when none is pending, or other workers hold the accounts of
    those that are. What occurred more than 7 days before `now` is stamped as historic and starts
    nothing; what cannot be read is stamped as refused, with the reason.
    """
    with transaction.atomic():
        account_ids = signals.claim_accounts(CONSUMER, limit=limit)
        pending = signals.pending_of(CONSUMER, account_ids=account_ids) if account_ids else []
        inputs: dict[int, list[TriggerInput]] = defaultdict(list)
        dealt_with: dict[Outcome, list[int]] = defaultdict(list)
        for signal in pending:
            read = _read_or_refuse(signal, now)
            if read is None:
                continue
            if is_historic(occurred_at=read.occurred_at, now=now):
                dealt_with[Outcome.HISTORIC].append(read.signal_id)
            else:
                dealt_with[Outcome.HANDLED].append(read.signal_id)
                inputs[signal.account_id].append(read)
        if inputs:
            _handle_signals(inputs, now)
        for outcome, ids in dealt_with.items():
            signals.stamp(CONSUMER, signal_ids=ids, outcome=outcome, now=now)
    return len(pending)


def oldest_waiting() -> int | None:
    """Id of the signal that waits longest for playbooks."""
    return signals.oldest_pending(CONSUMER)


def _read_or_refuse(signal: signals.Pending, now: datetime) -> TriggerInput | None:
    """One signal that cannot be read stops nothing but itself, and is not passed over in silence:
    the log has it now, the invariants keep naming it."""
    try:
        return parse_signal(
            signal_id=signal.signal_id,
            kind=signal.kind,
            occurred_at=signal.occurred_at,
            payload=signal.payload,
        )
    except SignalShapeError as problem:
        log.error(
            "signal %s of account %s cannot be read and starts nothing: %s",
            signal.signal_id,
            signal.account_id,
            problem,
        )
        signals.stamp(
            CONSUMER,
            signal_ids=[signal.signal_id],
            outcome=Outcome.REFUSED,
            reason=str(problem),
            now=now,
        )
        return None


def _handle_signals(inputs: dict[int, list[TriggerInput]], now: datetime) -> None:
    crossed = {pk: told for pk, told in inputs.items() if any(each.crossing for each in told)}
    if crossed:
        # A crossing upwards is answered within seconds; the ticks look at all running plays.
        close_what_is_over(limit=len(crossed) * 100, now=now, account_ids=sorted(crossed))
    running = facts.running_plays(sorted(inputs))
    ringing = {play.account_id for play in running if "signals" in play.ends_on}
    close_for_signals(inputs=_inputs_of(ringing, inputs), now=now)
    waiting = {play.account_id for play in running if play.looked_at is not None}
    wake_waits(inputs=_inputs_of(waiting, inputs), now=now)
    rules = facts.published_rules()
    concerned = crossed.keys() | _may_start(inputs, rules)
    concerned |= _may_draw_in(inputs, running, rules)
    if not concerned:
        return
    inputs = _inputs_of(concerned, inputs)
    batch = read_batch(account_ids=sorted(inputs), now=now)
    decisions = [
        decision
        for account_id, account_state in sorted(batch.account_states.items())
        for decision in decide(
            inputs=inputs[account_id], rules=rules, account_state=account_state, now=now
        )
    ]
    opened = open_plays(starts=_record_starts(_within_caps(decisions, batch), batch), batch=batch)
    announce_crossings(inputs)
    _escalate_open_plays(inputs, frozenset(play.pk for play in opened), batch)
    notify_owners(inputs=crossed, batch=batch)


def _inputs_of(account_ids: Iterable[int], inputs: _Inputs) -> _Inputs:
    return {account_id: inputs[account_id] for account_id in account_ids}


def _may_start(inputs: Mapping[int, Sequence[TriggerInput]], rules: Sequence[Rule]) -> set[int]:
    """Accounts whose signals pull a trigger, as far as their profile tells: of the others nothing
    more is read."""
    by_kind: dict[str, list[Rule]] = {}
    pulled: dict[int, list[Rule]] = {}
    for account_id, told in inputs.items():
        for each in told:
            found = by_kind.get(each.kind) if each.is_plain else None
            if found is None:
                found = [rule for rule in rules if pulls(rule, each)]
            if each.is_plain:
                by_kind[each.kind] = found
            if found:
                pulled[account_id] = pulled.get(account_id, []) + found
    profiles = facts.profiles(pulled) if pulled else {}
    asked = {rule.playbook_id: rule.conditions.of_profile for rule in rules}
    return {
        account_id
        for account_id, found in pulled.items()
        if any(
            fits(conditions=asked[rule.playbook_id], account_state=profiles[account_id])
            or any(each.kind == SignalKind.PLAY_ASKED for each in inputs[account_id])
            for rule in found
        )
    }


def _may_draw_in(
    inputs: Mapping[int, Sequence[TriggerInput]],
    running: Sequence[facts.RunningPlay],
    published: Sequence[Rule],
) -> set[int]:
    """Accounts with an open play that one of their signals may draw somebody into."""
    rules = {rule.playbook_id: rule for rule in published}
    earlier = {play.playbook_id for play in running} - rules.keys()
    rules |= facts.rules_of(earlier) if earlier else {}
    kinds = {
        playbook_id: {kind for each in rule.escalations for kind in each.signals}
        for playbook_id, rule in rules.items()
    }
    return {
        play.account_id
        for play in running
        if any(each.kind in kinds[play.playbook_id] for each in inputs[play.account_id])
    }


def _within_caps(decisions: Sequence[Decision], batch: PlayBatch) -> list[Decision]:
    starting = [decision for decision in decisions if decision.result is StartResult.STARTED]
    budget = facts.daily_budget()
    if budget is None and not any(decision.rule.cap_per_csm_day for decision in starting):
        return list(decisions)
    # Two workers with accounts of one CSM must not both fill the last place.
    facts.lock_caps()
    return ration(decisions=decisions, opened=facts.opened_on(batch.day), budget=budget)


def _record_starts(decisions: Sequence[Decision], batch: PlayBatch) -> list[Start]:
    """Writes the start records; returns those that open a play now."""
    rows = [_start_row(decision) for decision in decisions]
    written = insert_starts(rows, now=batch.now)
    starts = []
    for decision, row in zip(decisions, rows, strict=True):
        start_id = written.get((row.account_id, row.playbook_key, row.signal_id))
        if start_id is not None and decision.result is StartResult.STARTED:
            starts.append(
                Start(
                    start_id=start_id,
                    account_id=decision.account_id,
                    csm_id=decision.csm_id,
                    rule=decision.rule,
                    recovery=decision.trigger.recovery,
                    why=row.why,
                    saw=row.saw,
                )
            )
    return starts


def _start_row(decision: Decision) -> StartRow:
    why = why_started(playbook=decision.rule.name, trigger=decision.trigger, inputs=decision.inputs)
    return StartRow(
        account_id=decision.account_id,
        playbook_id=decision.rule.playbook_id,
        playbook_key=decision.rule.key,
        signal_id=decision.signal_id,
        trigger_key=decision.trigger.key,
        csm_id=decision.csm_id,
        result=decision.result,
        reason=decision.reason,
        why=why[:500],
        is_urgent=decision.is_urgent,
        rank=decision.rank,
        saw=_values_seen(decision.inputs),
    )


def _values_seen(inputs: TriggerInput) -> dict[str, Any]:
    """Values, so that the record still says what was seen when everything has moved on."""
    seen: dict[str, Any] = {"kind": inputs.kind, "occurred_at": inputs.occurred_at.isoformat()}
    crossing = inputs.crossing
    if inputs.moments:
        return seen | dict(inputs.values)
    if crossing is None:
        return seen | {"detail": inputs.detail} | dict(inputs.values)
    return seen | {
        "subject": crossing.subject,
        "line": _decimal_as_text(crossing.line),
        "from": crossing.before,
        "to": crossing.after,
        "day": crossing.day.isoformat(),
        "scorecard": crossing.judged_by,
        "value": _decimal_as_text(crossing.value),
        "score": _decimal_as_text(crossing.score),
        "previous_score": _decimal_as_text(crossing.score_before),
    }


def _decimal_as_text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _escalate_open_plays(
    inputs: dict[int, list[TriggerInput]], fresh: frozenset[int], batch: PlayBatch
) -> None:
    # Uses index: play_open
    plays = list(
        Play.objects.filter(account_id__in=sorted(inputs), state=PlayState.OPEN)
        .select_for_update(no_key=True)
        .order_by("pk")
    )
    context = opening(
        plays=plays, now=batch.now, calendar=batch.calendar, directory=batch.directory
    )
    drawn = for_signals(
        plays=plays,
        inputs=inputs,
        fresh=fresh,
        account_states=batch.account_states,
        context=context,
    )
    escalate_to(drawn=drawn, context=context)
