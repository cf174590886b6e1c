"""Tells other systems and chats what happened: a row of the outbox for each endpoint that asked for
it, written in the transaction that made it true."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext

from accounts.chat_messages import ChatMessage, slack_body, teams_body
from accounts.event_catalogue import CATALOGUE, EventType
from accounts.models import ChatIdentity, Endpoint, OutboxMessage, User
from accounts.work.notices import post


@dataclass(frozen=True, slots=True)
class NewEvent:
    """`key` makes it once; `data` as the catalogue says, `shown` for people who read a chat."""

    type: EventType
    key: str
    account_id: int | None
    occurred_at: datetime
    data: Mapping[str, Any]
    shown: ChatMessage | None = None


def wanted(types: Collection[EventType]) -> dict[EventType, list[Endpoint]]:
    """The endpoints that each is posted to; types that nobody asked for are missing.

    Asked before anything is read for an event: most installations have no endpoint.
    """
    found = Endpoint.objects.filter(is_active=True, events__overlap=[str(each) for each in types])
    endpoints: dict[EventType, list[Endpoint]] = defaultdict(list)
    for endpoint in found.order_by("pk"):
        for each in types:
            if each in endpoint.events:
                endpoints[each].append(endpoint)
    return endpoints


def publish(events: Iterable[NewEvent], *, to: Mapping[EventType, list[Endpoint]]) -> None:
    """`to`: as `wanted` said, in the same transaction."""
    post(
        row
        for event in events
        for endpoint in to.get(event.type, ())
        if (row := _row_for_endpoint(event, endpoint)) is not None
    )


def _row_for_endpoint(event: NewEvent, endpoint: Endpoint) -> OutboxMessage | None:
    key = f"event:{event.type}:{event.key}:{endpoint.pk}"
    if endpoint.kind == Endpoint.Kind.WEBHOOK:
        return event_row(endpoint, event, key=key)
    if event.shown is None:
        return None
    return chat_row(
        endpoint, event.shown, key=key, account_id=event.account_id, now=event.occurred_at
    )


def event_row(endpoint: Endpoint, event: NewEvent, *, key: str) -> OutboxMessage:
    """Not stored yet, as `chat_row`."""
    body = {
        "type": event.type,
        "version": CATALOGUE[event.type].version,
        "timestamp": event.occurred_at.isoformat(),
        "data": event.data,
    }
    return OutboxMessage(
        key=key,
        channel=OutboxMessage.Channel.WEBHOOK,
        account_id=event.account_id,
        endpoint=endpoint,
        subject=event.type,
        body=json.dumps(body),
        next_at=event.occurred_at,
    )


def chat_row(
    endpoint: Endpoint, shown: ChatMessage, *, key: str, account_id: int | None, now: datetime
) -> OutboxMessage:
    if endpoint.kind == Endpoint.Kind.SLACK:
        body = slack_body(shown)
    else:
        body = teams_body(shown, people=_chat_people(endpoint) if shown.task else ())
    return OutboxMessage(
        key=key,
        channel=OutboxMessage.Channel.CHAT,
        account_id=account_id,
        endpoint=endpoint,
        subject=shown.title[:300],
        body=json.dumps(body),
        next_at=now,
    )


def test_row(endpoint: Endpoint, *, by: User, now: datetime) -> OutboxMessage:
    """Each is another message: who tries an endpoint wants an answer every time. Not stored yet."""
    key = f"endpoint:{endpoint.pk}:test:{uuid4().hex}"
    if endpoint.kind == Endpoint.Kind.WEBHOOK:
        said = {"endpoint": endpoint.key, "sent_by": by.email}
        return event_row(endpoint, NewEvent(EventType.ENDPOINT_TEST, key, None, now, said), key=key)
    title = gettext("Test message to %(name)s") % {"name": endpoint.name}
    text = gettext("%(person)s tries whether messages arrive here.") % {"person": by.name}
    shown = ChatMessage(title=title, text=text, link=settings.BASE_URL)
    return chat_row(endpoint, shown, key=key, account_id=None, now=now)


def _chat_people(endpoint: Endpoint) -> list[tuple[str, str]]:
    """Whom a task may be handed to in this chat; Slack lists its people itself."""
    known = ChatIdentity.objects.filter(endpoint=endpoint, user__is_active=True)
    return list(known.order_by("user__name").values_list("chat_id", "user__name"))
