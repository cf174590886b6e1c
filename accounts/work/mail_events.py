"""What a mail provider tells about sent mail: who cannot be reached or complained gets no more, and
what came back rings for a person.

The address it posts to ends in a secret of this installation; providers that sign are checked too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.module_loading import import_string

from accounts.models import InboxReceipt, OutboxMessage, SuppressedAddress
from accounts.work.mail import MESSAGE_ID
from accounts.work.outbox import tell_undelivered
from accounts.work.outreach import suppress

Reason = SuppressedAddress.Reason
_WEBHOOKS = {
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailgun": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "sparkpost": "anymail.webhooks.sparkpost.SparkPostTrackingWebhookView",
}
# Nothing more will be tried, whether or not the address may be right next time.
_CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
_RETURNED = "it came back after it was sent"
_GONE = {RejectReason.BOUNCED, RejectReason.INVALID}
# Full for now, or away for now: django-anymail calls these bounces as well.
_SOFT = {"SoftBounce", "soft_bounce", "blocked"}
# A body of another shape breaks the reader of it wherever it looks first.
_UNREADABLE = (
    AnymailError,
    ImproperlyConfigured,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)
_LONGEST_ID = 255
_ROW_ID = re.compile("[0-9]{1,18}")


class UnreadableEventsError(ValueError):
    """These are no events of the provider, or it has not signed them."""


def events_path() -> str:
    """Where the provider posts to; empty without one. Another SECRET_KEY is another address."""
    return reverse("mail_events", args=[_webhook_secret()]) if settings.MAIL_PROVIDER else ""


def is_secret(token: str) -> bool:
    return bool(settings.MAIL_PROVIDER) and constant_time_compare(token, _webhook_secret())


def _webhook_secret() -> str:
    return salted_hmac("mail events", settings.MAIL_PROVIDER, algorithm="sha256").hexdigest()


def read_events(request: HttpRequest) -> list[AnymailTrackingEvent]:
    """Raises UnreadableEventsError."""
    webhook = import_string(_WEBHOOKS[settings.MAIL_PROVIDER])(webhook_secret="-")  # noqa: S106
    webhook.basic_auth = []  # asked above: the secret in the address stands for it
    try:
        webhook.run_validators(request)
        return list(webhook.parse_events(request))
    except _UNREADABLE as error:
        raise UnreadableEventsError from error


def note_events(events: Iterable[AnymailTrackingEvent], *, now: datetime) -> int:
    """Each event counts once, however often it is told: who lifted a suppression meanwhile keeps
    what they decided. Returns how many addresses were suppressed."""
    suppressed = 0
    for event in events:
        if event.event_type in _CAME_BACK:
            _tell_returned(event, now=now)
        reason = _suppression_reason(event)
        if reason is not None and event.recipient and _is_new(event, now=now):
            suppress(event.recipient, reason=reason, now=now)
            suppressed += 1
    return suppressed


def _tell_returned(event: AnymailTrackingEvent, *, now: datetime) -> None:
    """Once a message, in whatever words and however often the provider tells of it."""
    told = event.metadata.get(MESSAGE_ID) if isinstance(event.metadata, dict) else None
    if not isinstance(told, str) or not _ROW_ID.fullmatch(told):
        return
    message = OutboxMessage.objects.filter(pk=int(told), state=OutboxMessage.State.SENT).first()
    if message is not None:
        tell_undelivered(message, key=f"returned:{message.pk}", reason=_RETURNED, now=now)


def _suppression_reason(event: AnymailTrackingEvent) -> Reason | None:
    match event.event_type:
        case EventType.COMPLAINED:
            return Reason.COMPLAINED
        case EventType.UNSUBSCRIBED:
            return Reason.UNSUBSCRIBED
        case EventType.BOUNCED | EventType.REJECTED:
            is_gone = event.reject_reason in _GONE and not _is_soft(event.esp_event)
            return Reason.BOUNCED if is_gone else None
        case _:
            return None


def _is_soft(told: Any) -> bool:
    words = {value for value in dict(told).values() if isinstance(value, str)}
    return bool(words & _SOFT) or told.get("hard_bounce") is False


def _is_new(event: AnymailTrackingEvent, *, now: datetime) -> bool:
    told = json.dumps(dict(event.esp_event), sort_keys=True, default=str)
    digest = hashlib.sha256(told.encode()).hexdigest()
    _, is_new = InboxReceipt.objects.get_or_create(
        source=f"mail:{settings.MAIL_PROVIDER}",
        key=str(event.event_id or digest)[:_LONGEST_ID],
        defaults={"digest": digest, "received_at": now, "status": 200, "answer": {}},
    )
    return is_new
