"""Posts a message of the outbox to its endpoint, signed; without a 2xx it is tried again."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from accounts.models import Endpoint, OutboxMessage
from accounts.webhook_signatures import signed_headers
from accounts.work import outgoing_http

GONE = 410


class NotConnectedError(RuntimeError):
    """The row is older than endpoints: it says where to, but nothing goes there."""


class AnswerError(RuntimeError):
    """The receiver answered something else than 2xx; a redirect is not followed."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status}")
        self.status_code = status


class GoneError(AnswerError):
    """The receiver asked for nothing more (410): its endpoint was switched off."""


def send(message: OutboxMessage) -> None:
    """Raises AnswerError, and what `outgoing_http.post` raises."""
    endpoint = message.endpoint
    if endpoint is None:
        raise NotConnectedError
    body, headers = message.body.encode(), {"Content-Type": "application/json"}
    if endpoint.kind == Endpoint.Kind.WEBHOOK:
        headers |= signed_headers(
            secret=endpoint.secret,
            message_id=message_id(message.key),
            body=body,
            at=datetime.now(UTC),  # receivers compare it with real time, whatever day it is here
        )
    answer = outgoing_http.post(endpoint.url, body=body, headers=headers)
    if answer.status == GONE:
        Endpoint.objects.filter(pk=endpoint.pk).update(is_active=False)
        raise GoneError(answer.status)
    if not 200 <= answer.status < 300:
        raise AnswerError(answer.status)


def message_id(key: str) -> str:
    """The same for every try of one message."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"
