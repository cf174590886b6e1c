"""Signals, plays and tasks."""

from datetime import timedelta

from playbooks import facts
from playbooks.firing import (
    advancing,
    closing,
    escalating,
    exits,
    fire_signals,
    foreseeing,
    merge_values,
    waking,
)
from playbooks.firing.occurrences import occurrences
from playbooks.models import Play
from playbooks.queries.doings import ask_doings
from playbooks.queries.queue import queue_of_ops
from playbooks.triggers.moments import AudienceEntry, AudienceExit
from playbooks.triggers.rules import Conditions
from tests.benchmarks.large_company import DAY, NOW
from tests.plans.chosen import FEW
from tests.plans.executors.accounts import emitting


def firing():
    emitting()
    fire_signals(limit=100, now=NOW)


def doings(**said):
    asked = Conditions(**said)
    return ask_doings(plays=[(pk, DAY - timedelta(days=7)) for pk in FEW], asked=[asked], day=DAY)


def told_of(move):
    list(occurrences(move("smb"), since=DAY, until=DAY + timedelta(days=1), still=True))


EXECUTORS = {
    "playbooks.facts:_audiences": lambda: facts._audiences(FEW),
    "playbooks.firing.occurrences:_ENTERED": lambda: told_of(AudienceEntry),
    "playbooks.firing.occurrences:_LEFT": lambda: told_of(AudienceExit),
    "playbooks.firing.exits:_LEFT": lambda: exits.close_what_left(
        play_ids=list(Play.objects.values_list("pk", flat=True)[:20]), now=NOW
    ),
    "playbooks.queries.doings:_ACTIVE": lambda: doings(active_users_below=2)._active_users,
    "playbooks.queries.doings:AskedDoings._last_used": lambda: (
        doings(used_since_start=True)._last_used
    ),
    "playbooks.queries.doings:AskedDoings._features": lambda: (
        doings(used_features=frozenset({"feature-1"}))._features
    ),
    "playbooks.queries.doings:AskedDoings._events": lambda: (
        doings(events=frozenset({"first_value_moment"}))._events
    ),
    "playbooks.queries.doings:AskedDoings._onboarding": lambda: (
        doings(onboarding_done=True)._onboarding
    ),
    "playbooks.facts:opened_on": lambda: facts.opened_on(DAY - timedelta(days=3)),
    "playbooks.facts:_signals_since": lambda: facts.recent_signals(
        account_ids=FEW, kinds=["health.crossed"], since=NOW - timedelta(days=60)
    ),
    "playbooks.facts:signals_heard": lambda: facts.signals_heard(
        account_ids=FEW, kinds=["health.crossed"]
    ),
    "playbooks.firing.waking:wake_waits": lambda: waking.wake_waits(
        inputs=dict.fromkeys(FEW, ()), now=NOW
    ),
    "playbooks.facts:running_plays": lambda: facts.running_plays(FEW),
    "playbooks.facts:_open_plays": lambda: facts._open_plays(FEW),
    "playbooks.facts:_running_contracts": lambda: facts._running_contracts(FEW),
    "playbooks.facts:_cancelling": lambda: facts._cancelling(FEW, DAY),
    "playbooks.facts:_ended": lambda: facts._ended(FEW),
    "playbooks.queries.queue:queue_of_ops": lambda: queue_of_ops(due_before=NOW),
    "playbooks.firing.advancing:return_snoozed": lambda: advancing.return_snoozed(
        limit=100, now=NOW
    ),
    "playbooks.firing.advancing:open_steps": lambda: advancing.open_steps(limit=100, now=NOW),
    "playbooks.firing.advancing:_UNRECOVERED": lambda: advancing.ask_next_steps(limit=100, now=NOW),
    "playbooks.firing.exits:_DECIDED": lambda: exits.close_what_is_decided(
        play_ids=list(Play.objects.values_list("pk", flat=True)[:20]), now=NOW
    ),
    "playbooks.firing.exits:close_what_rang": lambda: exits.close_what_rang(
        inputs=dict.fromkeys(FEW, ()), now=NOW
    ),
    "playbooks.firing.advancing:_LOOKS": lambda: advancing.look_again(limit=100, now=NOW),
    "playbooks.firing.advancing:draw_in_for_silence": lambda: advancing.draw_in_for_silence(
        limit=100, now=NOW
    ),
    "playbooks.firing.closing:_OVER": lambda: closing.close_what_is_over(
        limit=100, now=NOW, account_ids=FEW
    ),
    "playbooks.firing.foreseeing:would_close": lambda: list(
        foreseeing.would_close(outlook=dict.fromkeys(FEW))
    ),
    "playbooks.firing.starting:_escalate": firing,
    "playbooks.firing.escalating:_worked_on": lambda: escalating._worked_on(FEW),
    "playbooks.firing.merge_values:contracts_seen": lambda: merge_values.contracts_seen(
        [Play(pk=pk, account_id=pk, saw={"contract": f"contract-{pk}"}) for pk in FEW]
    ),
}
