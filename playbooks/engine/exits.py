"""Exits that no score tells of: a signal, the end of a contract, somebody who came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.catalogue import ActorClass, ContractState
from playbooks.engine.closures import close_plays
from playbooks.models import Play
from playbooks.triggers.signal_matches import TriggerInput
from playbooks.triggers.task_sentences import (
    decided_because,
    left_because,
    signal_because,
    used_again_because,
)
from playbooks.triggers.vocabulary import PlayOutcome, PlayState

# Of the contract that the trigger saw. One that renewed itself has a next end, whose decision lies
# beyond the date that was seen.
# Uses index: contract_once_a_source or contract_account
_DECIDED = """
SELECT p.id, c.external_id, c.state, p.ends_on ? 'contract_decided'
FROM playbooks_play p
JOIN accounts_contract c ON c.account_id = p.account_id AND c.external_id = p.saw->>'contract'
WHERE p.id = ANY (%(plays)s) AND p.state = 'open'
    AND p.ends_on ?| ARRAY['contract_decided', 'contract_lost']
    AND (c.state <> 'active'
        OR c.renewal_on - coalesce(c.notice_days, 0) > (p.saw->>'on')::date)
ORDER BY p.id, c.id
"""

# By the partitions of the days since.
_USED = """
SELECT p.id, max(u.day)
FROM playbooks_play p
JOIN accounts_usageday u ON u.account_id = p.account_id AND u.actor = %(person)s AND u.events > 0
    AND u.day > coalesce((p.saw->>'last_used')::date, p.opened_day)
WHERE p.id = ANY (%(plays)s) AND p.state = 'open' AND p.ends_on ? 'used_again'
GROUP BY p.id
"""


# Uses index: audience_member_once or audience_member_of_account
_LEFT = """
SELECT p.id, v.name
FROM playbooks_play p
JOIN accounts_savedview v ON v.key = p.saw->>'audience'
WHERE p.id = ANY (%(plays)s) AND p.state = 'open' AND p.ends_on ? 'left_audience'
    AND NOT EXISTS (SELECT FROM accounts_audiencemember m
        WHERE m.account_id = p.account_id AND m.audience_id = v.id AND m.left_on IS NULL)
"""


def close_for_signals(*, inputs: Mapping[int, Sequence[TriggerInput]], now: datetime) -> None:
    """Open plays of these accounts that end with one of these signals emitted since they opened."""
    if not inputs:
        return
    # Uses index: play_open
    plays = Play.objects.filter(
        account_id__in=sorted(inputs), state=PlayState.OPEN, ends_on__has_key="signals"
    )
    reasons = {}
    for play in plays.order_by("pk"):
        for signal in inputs[play.account_id]:
            if signal.kind in play.recovery.signals and signal.occurred_at >= play.opened_at:
                reasons[play.pk] = signal_because(signal.kind)
    close_plays(reasons=reasons, outcome=PlayOutcome.RECOVERED, now=now)


def close_what_is_decided(*, play_ids: Sequence[int], now: datetime) -> None:
    """A renewal completes the play, a loss ends it as churned. The plays must be locked.

    One that ends with a loss alone goes on after a renewal.
    """
    kept: dict[int, str] = {}
    lost: dict[int, str] = {}
    for play_id, contract, state, ends_renewed in _fetch_rows(_DECIDED, plays=list(play_ids)):
        is_lost = state in (ContractState.CANCELLED, ContractState.EXPIRED)
        if not (is_lost or ends_renewed):
            continue
        said = "" if state == ContractState.ACTIVE else state
        (lost if is_lost else kept)[play_id] = decided_because(contract=contract, state=said)
    close_plays(reasons=kept, outcome=PlayOutcome.COMPLETED, now=now)
    close_plays(reasons=lost, outcome=PlayOutcome.CHURNED, now=now)


def close_what_is_used(*, play_ids: Sequence[int], now: datetime) -> None:
    """The plays must be locked."""
    rows = _fetch_rows(_USED, plays=list(play_ids), person=ActorClass.PERSON.number)
    reasons = {play_id: used_again_because(day) for play_id, day in rows}
    close_plays(reasons=reasons, outcome=PlayOutcome.RECOVERED, now=now)


def close_what_left(*, play_ids: Sequence[int], now: datetime) -> None:
    """The plays must be locked."""
    reasons = {pk: left_because(name) for pk, name in _fetch_rows(_LEFT, plays=list(play_ids))}
    close_plays(reasons=reasons, outcome=PlayOutcome.RECOVERED, now=now)


def _fetch_rows(query: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())
