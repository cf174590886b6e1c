"""The one sender of the outbox: leased, sent, marked; a key goes out once.

A killed sender may leave a message sent but not marked: it goes out again with the same
Message-ID, which is the one duplicate that cannot be avoided (docs/operations.md).
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.errors import MessageError

from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.catalogue import SignalKind
from accounts.models import Contact, Endpoint, OutboxMessage, SuppressedAddress
from accounts.sealed_secrets import SealBrokenError
from accounts.work import leases, mail, outgoing_http, outreach, webhooks
from accounts.work.leases import Heartbeat, LeaseLostError, Patience
from accounts.work.signals import NewSignal, emit

# Waits before each further attempt: ten of them, about three days.
_WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 50_400, 50_400, 72_000)
)
_TRIES = len(_WAITS) + 1
PATIENCE = Patience(tries=_TRIES, kills=_TRIES, wait=lambda attempts: _WAITS[attempts - 1])
# What a provider's API answers about the message; about the key, the load or itself it says later.
_REFUSED = {400, 406, 413, 422}
_SPARED = timedelta(minutes=1)
TOO_LATE = "too late to be useful"
State = OutboxMessage.State
log = logging.getLogger(__name__)


# A recipient or text that no mail can carry: ValueError includes bad headers and Unicode.
_NEVER = (
    mail.NobodyToTellError,
    webhooks.NotConnectedError,
    webhooks.GoneError,
    AnymailRecipientsRefused,
    MessageError,
    ValueError,
)


def waiting(*, now: datetime) -> QuerySet[OutboxMessage]:
    # Uses index: outbox_due
    return leases.due(OutboxMessage.objects.all(), now=now, real_now=Now())


def send_due(*, limit: int = 100, now: datetime) -> int:
    """Messages dealt with: sent, suppressed, put off, or given up."""
    for handled in range(limit):
        message = _claim_oldest_message(now=now)
        if message is None:
            return handled
        _deliver_or_hold(message, now=now)
    return limit


def _claim_oldest_message(*, now: datetime) -> OutboxMessage | None:
    """One at a time: a killed sender holds back one message, not a batch. What goes in bulk waits
    until nothing else is due."""
    oldest = (
        waiting(now=now)
        .select_related("user", "contact", "account", "sender", "endpoint")
        .order_by("next_at", "pk")
    )
    # Uses index: outbox_due_first or outbox_due
    first = oldest.filter(priority__lte=OutboxMessage.Priority.USUAL)
    return leases.claim(first, real_now=Now()) or leases.claim(oldest, real_now=Now())


def _held_message(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    return leases.held(OutboxMessage.objects.all(), pk=message.pk, fence=message.fence)


def _extend_message_lease(message: OutboxMessage) -> None:
    if not leases.extend(_held_message(message), real_now=Now()):
        raise LeaseLostError(message.key)


def _deliver_or_hold(message: OutboxMessage, *, now: datetime) -> None:
    if reason := suppression(message, now=now):
        _end_unsent(message, state=State.SUPPRESSED, reason=reason, now=now)
    elif PATIENCE.is_deadly(message.attempts):
        _give_up(message, reason="its sender died each time", now=now)
    elif message.contact is not None and (hold := outreach.let_out(message, now=now)):
        _put_off(message, hold.reason, until=hold.until, attempts=message.attempts - 1)
    else:
        _send_message(message, now=now)


def _send_message(message: OutboxMessage, *, now: datetime) -> None:
    try:
        _extend_message_lease(message)  # who was held up since the claim leaves it to the next
        with Heartbeat(lambda: _extend_message_lease(message), name=f"message {message.pk}"):
            _CHANNELS[message.channel](message)
    except LeaseLostError:
        log.warning("message %s was taken over by another sender", message.pk)
    except DatabaseError:
        raise  # nothing could be noted: the lease runs out and another sender takes it
    except Exception as error:  # noqa: BLE001 -- any other failure belongs to its message, not to the round
        log.warning("message %s was not sent: %s", message.pk, _failure_in_words(error))
        _note_failure(message, error, now=now)
    else:
        _finish_message(message, state=State.SENT, sent_at=now, reason="")


def _note_failure(message: OutboxMessage, error: Exception, *, now: datetime) -> None:
    is_permanent = _is_permanent(error)
    if not is_permanent and message.attempts < PATIENCE.tries:
        until = now + PATIENCE.back_off(message.attempts)
        _put_off(message, _failure_in_words(error), until=until)
        if isinstance(error, outgoing_http.CallFailedError):
            _delay_endpoint_messages(message.endpoint, now=now)
        return
    if is_permanent and isinstance(error, smtplib.SMTPRecipientsRefused) and message.contact:
        # A server that knows no such recipient is not asked again with the next message.
        bounced = SuppressedAddress.Reason.BOUNCED
        outreach.suppress(message.contact.email, reason=bounced, now=now)
    _give_up(message, reason=_failure_in_words(error), now=now)


def _delay_endpoint_messages(endpoint: Endpoint | None, *, now: datetime) -> None:
    """Where nobody answers, each message would cost its sender a whole call: the others wait."""
    waiting = OutboxMessage.objects.filter(endpoint=endpoint, state=State.NEW)
    # Uses index: outbox_due
    waiting.filter(next_at__lte=now + _SPARED).update(next_at=now + _SPARED)


def revive(*, message_id: int, now: datetime) -> bool:
    """A dead letter tries again, after somebody has removed the reason; the same key, once."""
    return leases.revive(OutboxMessage.objects.filter(pk=message_id), now=now)


def suppression(message: OutboxMessage, *, now: datetime) -> str:
    """Why it must not go out any more; asked at the last moment, not when it was written."""
    if message.valid_until is not None and message.valid_until <= now:
        return TOO_LATE
    if message.endpoint is not None:
        return "" if message.endpoint.is_active else "the endpoint is switched off"
    if message.to_address or message.to_channel or message.to_url:
        return ""
    if message.user is not None:
        return "" if message.user.is_active else "the person has left"
    return _suppression_of_contact(message.contact, message.channel)


def _suppression_of_contact(contact: Contact | None, channel: str) -> str:
    if contact is None or contact.erased_at is not None:
        return "the contact has been erased"
    if contact.do_not_contact:
        return "the contact asked not to be contacted"
    if not contact.is_active:
        return "the contact has left"
    if channel == OutboxMessage.Channel.IN_APP:
        return ""
    if not contact.email:
        return "the contact has no e-mail address"
    return outreach.suppression_of(contact)


def tell_undelivered(message: OutboxMessage, *, key: str, reason: str, now: datetime) -> None:
    """Mail to a customer tells the playbooks: a person may have to reach them otherwise.

    In the transaction that found it out; `key` makes it once an account.
    """
    is_mail = message.channel == OutboxMessage.Channel.EMAIL
    if is_mail and message.contact_id is not None and message.account_id is not None:
        kind, said = SignalKind.MAIL_UNDELIVERED, {"note": f"{message.subject}: {reason}"}
        emit([NewSignal(message.account_id, kind, key, now, said)])


def _finish_message(message: OutboxMessage, *, state: State, **changes: object) -> bool:
    """A sender whose lease was taken over marks nothing: False."""
    return leases.finish(_held_message(message), state=state, **changes)


def _put_off(message: OutboxMessage, reason: str, *, until: datetime, **changes: object) -> None:
    leases.put_off(_held_message(message), until=until, reason=reason, **changes)


def _give_up(message: OutboxMessage, *, reason: str, now: datetime) -> None:
    _end_unsent(message, state=State.DEAD, reason=reason, now=now)


def _end_unsent(message: OutboxMessage, *, state: State, reason: str, now: datetime) -> None:
    with transaction.atomic():
        if not _finish_message(message, state=state, reason=reason):
            return
        if message.contact is not None:
            outreach.take_back(message)
        if reason != TOO_LATE:  # nobody wants it to arrive any more
            tell_undelivered(message, key=message.key, reason=reason, now=now)


def _is_permanent(error: Exception) -> bool:
    """A mail server's 5xx says never; a 4xx (grey-listing, full for now) says later."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    if isinstance(error, AnymailRequestsAPIError):
        return error.status_code in _REFUSED
    return isinstance(error, _NEVER)


def _failure_in_words(error: Exception) -> str:
    """Ours in words; of another the kind alone: a server's words may quote the person's address."""
    for kind, words in _OUR_FAILURES.items():
        if isinstance(error, kind):
            return words
    if isinstance(error, webhooks.AnswerError):
        return f"The receiver answered {error.status_code}"
    code = getattr(error, "smtp_code", None) or getattr(error, "status_code", None) or ""
    return f"{type(error).__name__} {code}".strip()


_OUR_FAILURES: dict[type[Exception], str] = {
    webhooks.GoneError: "The receiver wants nothing more (410): its endpoint was switched off",
    webhooks.NotConnectedError: "Nothing is connected there",
    outgoing_http.CallFailedError: "Nobody answered in time",
    outgoing_http.RefusedUrlError: "Its address is none that may be called",
    SealBrokenError: "Sealed under another SECRET_KEY: address and secret have to be entered again",
}


def _show_in_app(message: OutboxMessage) -> None:
    """Nothing to call: a sent row is what the person's list shows."""


_CHANNELS: dict[str, Callable[[OutboxMessage], None]] = {
    OutboxMessage.Channel.EMAIL: mail.send,
    OutboxMessage.Channel.IN_APP: _show_in_app,
    OutboxMessage.Channel.CHAT: webhooks.send,
    OutboxMessage.Channel.WEBHOOK: webhooks.send,
}
