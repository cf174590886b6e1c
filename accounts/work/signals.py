"""Signals: emitted once in the transaction that made them true, delivered to each consumer once.

`emit` writes a signal together with one delivery for each consumer that an app declares
(`PlatformApp.signal_consumers`). A consumer claims accounts, deals with all that is pending of
them, and stamps it in the same transaction: a killed one leaves it pending.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection

from accounts.declarations import signal_consumers
from accounts.models import SignalDelivery

_BATCH = 5_000
_REASON_LENGTH = 300

# Ids in the order given: of what occurred at the same time, the first emitted is delivered first.
_EMIT = """
WITH emitted AS (
    INSERT INTO accounts_signal (account_id, kind, key, occurred_at, payload, created_at)
    SELECT account_id, kind, key, occurred_at, payload, now()
    FROM unnest(%(accounts)s::bigint[], %(kinds)s::text[], %(keys)s::text[],
                %(times)s::timestamptz[], %(payloads)s::jsonb[])
        WITH ORDINALITY AS given(account_id, kind, key, occurred_at, payload, place)
    ORDER BY place
    ON CONFLICT (account_id, kind, key) DO NOTHING
    RETURNING id, account_id, kind
), delivered AS (
    INSERT INTO accounts_signaldelivery (signal_id, account_id, consumer)
    SELECT id, account_id, consumer
    FROM emitted JOIN unnest(%(consumers)s::text[], %(heard)s::text[]) AS to_whom(consumer, heard)
        ON starts_with(kind, heard)
)
SELECT count(*) FROM emitted
"""

# The oldest pending signals decide which accounts come first. An account is worked by one worker
# at a time: others skip its locked row, so that one fall is judged as a whole.
# Uses index: signal_pending
_CLAIM = """
SELECT a.id FROM accounts_account a
WHERE a.id IN (
    SELECT account_id FROM accounts_signaldelivery
    WHERE consumer = %(consumer)s AND handled_at IS NULL
    ORDER BY signal_id LIMIT %(window)s)
ORDER BY a.id
LIMIT %(limit)s
FOR NO KEY UPDATE OF a SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class NewSignal:
    """`key` makes it once an account and kind; `payload` holds values, not pointers."""

    account_id: int
    kind: str
    key: str
    occurred_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pending:
    account_id: int
    signal_id: int
    kind: str
    occurred_at: datetime
    payload: dict[str, Any]


def emit(signals: Iterable[NewSignal]) -> int:
    """How many are new. Called in the transaction that makes them true."""
    consumers = signal_consumers()
    to_whom = {"consumers": list(consumers), "heard": list(consumers.values())}
    remaining, emitted = iter(signals), 0
    while batch := list(islice(remaining, _BATCH)):
        with connection.cursor() as cursor:
            cursor.execute(_EMIT, _signal_columns(batch) | to_whom)
            emitted += cursor.fetchone()[0]
    return emitted


def _signal_columns(batch: Sequence[NewSignal]) -> dict[str, list[Any]]:
    return {
        "accounts": [signal.account_id for signal in batch],
        "kinds": [str(signal.kind) for signal in batch],
        "keys": [signal.key for signal in batch],
        "times": [signal.occurred_at for signal in batch],
        "payloads": [json.dumps(signal.payload) for signal in batch],
    }


def oldest_pending(consumer: str) -> int | None:
    """Id of the signal that waits longest for this consumer."""
    # Uses index: signal_pending
    pending = SignalDelivery.objects.filter(consumer=consumer, handled_at__isnull=True)
    return pending.order_by("signal_id").values_list("signal_id", flat=True).first()


def claim_accounts(consumer: str, *, limit: int) -> list[int]:
    """Ids of accounts with pending signals, locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"consumer": consumer, "limit": limit, "window": 4 * limit})
        return [row[0] for row in cursor.fetchall()]


def pending_of(consumer: str, *, account_ids: Collection[int]) -> list[Pending]:
    """In the order they occurred; read after the accounts were claimed."""
    # Uses index: signal_pending_of_account
    rows = (
        SignalDelivery.objects.filter(
            consumer=consumer, account_id__in=account_ids, outcome__isnull=True
        )
        .order_by("signal__occurred_at", "signal_id")
        .values_list(
            "account_id", "signal_id", "signal__kind", "signal__occurred_at", "signal__payload"
        )
    )
    return [Pending(*row) for row in rows]


def stamp(
    consumer: str,
    *,
    signal_ids: Collection[int],
    outcome: SignalDelivery.Outcome,
    now: datetime,
    reason: str = "",
) -> None:
    """This consumer has dealt with them; in the transaction of what it did about them."""
    # Uses index: signal_pending
    pending = SignalDelivery.objects.filter(
        consumer=consumer, signal_id__in=signal_ids, handled_at__isnull=True
    )
    pending.update(outcome=outcome, reason=reason[:_REASON_LENGTH], handled_at=now)
