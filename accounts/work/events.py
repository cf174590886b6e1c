"""Tells other systems what happened: a row of the outbox for each endpoint that asked for it,
written in the transaction that made it true."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.event_catalogue import CATALOGUE, EventType
from accounts.models import Endpoint, OutboxMessage
from accounts.work.notices import post


@dataclass(frozen=True, slots=True)
class NewEvent:
    """`key` makes it once; `data` as the catalogue says."""

    type: EventType
    key: str
    account_id: int
    occurred_at: datetime
    data: Mapping[str, Any]


def wanted(types: Collection[EventType]) -> dict[EventType, list[int]]:
    """Ids of the endpoints that each is posted to; types that nobody asked for are missing.

    Asked before anything is read for an event: most installations have no endpoint.
    """
    found = Endpoint.objects.filter(
        kind=Endpoint.Kind.WEBHOOK, is_active=True, events__overlap=[str(each) for each in types]
    )
    endpoints: dict[EventType, list[int]] = defaultdict(list)
    for pk, events in found.order_by("pk").values_list("pk", "events"):
        for each in types:
            if each in events:
                endpoints[each].append(pk)
    return endpoints


def publish(events: Iterable[NewEvent], *, to: Mapping[EventType, list[int]]) -> None:
    """`to`: as `wanted` said, in the same transaction."""
    post(_message(event, endpoint_id) for event in events for endpoint_id in to.get(event.type, ()))


def _message(event: NewEvent, endpoint_id: int) -> OutboxMessage:
    body = {
        "type": event.type,
        "version": CATALOGUE[event.type].version,
        "timestamp": event.occurred_at.isoformat(),
        "data": event.data,
    }
    return OutboxMessage(
        key=f"event:{event.type}:{event.key}:{endpoint_id}",
        channel=OutboxMessage.Channel.WEBHOOK,
        account_id=event.account_id,
        endpoint_id=endpoint_id,
        subject=event.type,
        body=json.dumps(body),
        next_at=event.occurred_at,
    )
