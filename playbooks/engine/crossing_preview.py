"""What crossings would start, hold back and close if they were emitted: decided, not written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from health.signals import CrossingSignal
from playbooks import facts
from playbooks.engine.new_plays import read_batch
from playbooks.models import Play
from playbooks.triggers.decisions import Decision, decide, ration
from playbooks.triggers.signal_matches import CROSSED, TriggerInput, has_recovered
from playbooks.triggers.vocabulary import PlayState, StartResult

SLICE = 2_000


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How an account would stand, and the crossings that would be emitted."""

    score: Decimal | None
    band: str
    crossings: Sequence[CrossingSignal] = ()


@dataclass(frozen=True, slots=True)
class WouldClose:
    """An open play whose reason would be gone."""

    account_id: int
    playbook_key: str
    playbook_name: str


def would_start(*, outlook: Mapping[int, Foreseen], now: datetime) -> list[Decision]:
    """A decision for every crossing and playbook that match, as firing would take it now: with
    open plays, cooldowns, overrides and the caps of the day."""
    rules = facts.published_rules()
    decisions: list[Decision] = []
    crossed = sorted(account_id for account_id, seen in outlook.items() if seen.crossings)
    number = 0
    for start in range(0, len(crossed), SLICE):
        ids = crossed[start : start + SLICE]
        batch = read_batch(account_ids=ids, now=now)
        for account_id in ids:
            seen = outlook[account_id]
            inputs = [
                TriggerInput(number + at, CROSSED, now, crossing)
                for at, crossing in enumerate(seen.crossings)
            ]
            number += len(inputs)
            account_state = replace(
                batch.account_states[account_id], score=seen.score, band=seen.band
            )
            decisions += decide(inputs=inputs, rules=rules, account_state=account_state, now=now)
    starting = [d for d in decisions if d.result is StartResult.STARTED]
    budget = facts.daily_budget()
    if budget is None and not any(d.rule.cap_per_csm_day for d in starting):
        return decisions
    day = facts.business_calendar().local_day(now)
    return ration(decisions=decisions, opened=facts.opened_on(day), budget=budget)


def would_close(*, outlook: Mapping[int, Foreseen]) -> Iterator[WouldClose]:
    """Open plays that the new scores and bands would close as recovered."""
    # Uses index: play_open
    plays = (
        Play.objects.filter(account_id__in=list(outlook), state=PlayState.OPEN)
        .select_related("playbook")
        .order_by("pk")
    )
    for play in plays:
        seen = outlook[play.account_id]
        if has_recovered(recovery=play.recovery, score=seen.score, band=seen.band):
            yield WouldClose(play.account_id, play.playbook_key, play.playbook.name)
