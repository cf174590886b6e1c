"""Signals of accounts, one set-based query a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Signal, SignalDelivery
from accounts.models.scope import AnyOf


def recent_signals(
    *, account_ids: Sequence[int], kinds: Sequence[str], since: datetime
) -> dict[int, list[tuple[str, datetime]]]:
    """(kind, occurred at) by account."""
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    rows = signals_since(account_ids=account_ids, kinds=kinds, since=since)
    for account_id, kind, occurred_at in rows.values_list("account_id", "kind", "occurred_at"):
        found[account_id].append((kind, occurred_at))
    return found


def signals_since(
    *, account_ids: Sequence[int], kinds: Sequence[str], since: datetime
) -> QuerySet[Signal]:
    # Uses index: signal_once
    return Signal.objects.filter(
        AnyOf("account", account_ids), kind__in=kinds, occurred_at__gte=since
    )


def signals_received(
    *, account_ids: Collection[int], kinds: Collection[str]
) -> dict[int, list[tuple[str, datetime]]]:
    """(kind, when the playbooks dealt with it) by account; history that was imported is left out.

    Uses index: signal_once
    """
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    rows = Signal.objects.filter(
        AnyOf("account", account_ids),
        kind__in=kinds,
        deliveries__consumer="playbooks",
        deliveries__outcome=SignalDelivery.Outcome.HANDLED,
    ).values_list("account_id", "kind", "deliveries__handled_at")
    for account_id, kind, handled_at in rows:
        found[account_id].append((kind, handled_at))
    return found
