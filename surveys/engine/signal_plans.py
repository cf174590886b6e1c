"""Business events that surveys wait for: planned as soon as they are learned."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Installation, SignalDelivery
from accounts.work import signals
from surveys.engine.moments import LEARNED_LATE
from surveys.engine.planning import plan_accounts

CONSUMER = "surveys"
Outcome = SignalDelivery.Outcome


def oldest_waiting() -> int | None:
    """Id of the signal that waits longest for surveys."""
    return signals.oldest_pending(CONSUMER)


@transaction.atomic
def plan_for_signals(*, limit: int, now: datetime) -> int:
    """Deals with the signals of up to `limit` accounts, in one transaction; how many. What occurred
    more than 7 days ago asks nobody."""
    account_ids = signals.claim_accounts(CONSUMER, limit=limit)
    pending = signals.pending_of(CONSUMER, account_ids=account_ids) if account_ids else []
    events = {each.account_id for each in pending if now - each.occurred_at <= LEARNED_LATE}
    if events:
        day = now.astimezone(Installation.current().zone).date()
        plan_accounts(sorted(events), day=day, now=now)
    _stamp_dealt_with(pending, now=now)
    return len(pending)


def _stamp_dealt_with(pending: list[signals.Pending], *, now: datetime) -> None:
    for outcome, is_old in ((Outcome.HANDLED, False), (Outcome.HISTORIC, True)):
        ids = [
            each.signal_id for each in pending if (now - each.occurred_at > LEARNED_LATE) is is_old
        ]
        if ids:
            signals.stamp(CONSUMER, signal_ids=ids, outcome=outcome, now=now)
