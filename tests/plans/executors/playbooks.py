"""Signals, plays and tasks."""

from datetime import timedelta

from playbooks import facts
from playbooks.engine import (
    closures,
    crossing_preview,
    due_work,
    escalations,
    exits,
    fire_signals,
    merge_values,
    signal_waits,
)
from playbooks.engine.occurrences import occurrences
from playbooks.models import Play
from playbooks.queries.behaviour import read_behaviour
from playbooks.queries.queue import queue_of_ops
from playbooks.triggers.rules import Conditions
from playbooks.triggers.time_triggers import AudienceEntry, AudienceExit
from tests.benchmarks.large_company import DAY, NOW
from tests.plans.chosen import FEW
from tests.plans.executors.accounts import emitting


def firing():
    emitting()
    fire_signals(limit=100, now=NOW)


def behaviour(**said):
    asked = Conditions(**said)
    return read_behaviour(
        plays=[(pk, DAY - timedelta(days=7)) for pk in FEW], asked=[asked], day=DAY
    )


def told_of(move):
    list(occurrences(move("smb"), since=DAY, until=DAY + timedelta(days=1), still=True))


EXECUTORS = {
    "playbooks.facts.states:_audience_keys": lambda: facts.states._audience_keys(FEW),
    "playbooks.engine.occurrences:_ENTERED": lambda: told_of(AudienceEntry),
    "playbooks.engine.occurrences:_LEFT": lambda: told_of(AudienceExit),
    "playbooks.engine.exits:_LEFT": lambda: exits.close_what_left(
        play_ids=list(Play.objects.values_list("pk", flat=True)[:20]), now=NOW
    ),
    "playbooks.queries.behaviour:_ACTIVE": lambda: behaviour(active_users_below=2)._active_users,
    "playbooks.queries.behaviour:BehaviourReader._last_used": lambda: (
        behaviour(used_since_start=True)._last_used
    ),
    "playbooks.queries.behaviour:BehaviourReader._features_used": lambda: (
        behaviour(used_features=frozenset({"feature-1"}))._features_used
    ),
    "playbooks.queries.behaviour:BehaviourReader._events_of_accounts": lambda: (
        behaviour(events=frozenset({"first_value_moment"}))._events_of_accounts
    ),
    "playbooks.queries.behaviour:BehaviourReader._onboarding_done": lambda: (
        behaviour(onboarding_done=True)._onboarding_done
    ),
    "playbooks.facts.plays:opened_on": lambda: facts.opened_on(DAY - timedelta(days=3)),
    "playbooks.facts.signals:signals_since": lambda: facts.recent_signals(
        account_ids=FEW, kinds=["health.crossed"], since=NOW - timedelta(days=60)
    ),
    "playbooks.facts.signals:signals_received": lambda: facts.signals_received(
        account_ids=FEW, kinds=["health.crossed"]
    ),
    "playbooks.engine.signal_waits:wake_waits": lambda: signal_waits.wake_waits(
        inputs=dict.fromkeys(FEW, ()), now=NOW
    ),
    "playbooks.facts.plays:running_plays": lambda: facts.running_plays(FEW),
    "playbooks.facts.plays:open_plays": lambda: facts.plays.open_plays(FEW),
    "playbooks.facts.states:_running_contracts": lambda: facts.states._running_contracts(FEW),
    "playbooks.facts.states:_accounts_with_notice": lambda: facts.states._accounts_with_notice(
        FEW, DAY
    ),
    "playbooks.facts.plays:latest_play_ends": lambda: facts.plays.latest_play_ends(FEW),
    "playbooks.queries.queue:queue_of_ops": lambda: queue_of_ops(due_before=NOW),
    "playbooks.engine.due_work:return_snoozed": lambda: due_work.return_snoozed(limit=100, now=NOW),
    "playbooks.engine.due_work:open_steps": lambda: due_work.open_steps(limit=100, now=NOW),
    "playbooks.engine.due_work:_UNRECOVERED": lambda: due_work.ask_next_steps(limit=100, now=NOW),
    "playbooks.engine.exits:_DECIDED": lambda: exits.close_what_is_decided(
        play_ids=list(Play.objects.values_list("pk", flat=True)[:20]), now=NOW
    ),
    "playbooks.engine.exits:close_for_signals": lambda: exits.close_for_signals(
        inputs=dict.fromkeys(FEW, ()), now=NOW
    ),
    "playbooks.engine.due_work:_LOOKS": lambda: due_work.look_again(limit=100, now=NOW),
    "playbooks.engine.due_work:escalate_for_silence": lambda: due_work.escalate_for_silence(
        limit=100, now=NOW
    ),
    "playbooks.engine.closures:_OVER": lambda: closures.close_what_is_over(
        limit=100, now=NOW, account_ids=FEW
    ),
    "playbooks.engine.crossing_preview:would_close": lambda: list(
        crossing_preview.would_close(outlook=dict.fromkeys(FEW))
    ),
    "playbooks.engine.play_starts:_escalate_open_plays": firing,
    "playbooks.engine.escalations:_worked_on": lambda: escalations._worked_on(FEW),
    "playbooks.engine.merge_values:contracts_seen": lambda: merge_values.contracts_seen(
        [Play(pk=pk, account_id=pk, saw={"contract": f"contract-{pk}"}) for pk in FEW]
    ),
}
