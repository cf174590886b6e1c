"""What a customer's people get: mail, which may be read here first, and messages in the product."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When

from accounts.models import Account, Contact, OutboxMessage, User
from accounts.work.outreach import NOT_LOOKED, NOT_THEIR_TIME, CustomerHours, customer_hours

State = OutboxMessage.State
# A message in the product that nobody has seen by then is old news.
SHOWN_FOR = timedelta(days=14)
Priority = OutboxMessage.Priority


def write(
    *,
    key: str,
    account: Account,
    contact: Contact,
    sender: User | None,
    subject: str,
    body: str,
    now: datetime,
    hours: CustomerHours,
    is_held: bool = False,
    thread: str = "",
    priority: int = Priority.USUAL,
    valid_until: datetime | None = None,
) -> OutboxMessage:
    """A row of the outbox, not stored yet (`notices.post` does, once a key)."""
    opens = hours.opening(account, now=now)
    return OutboxMessage(
        key=key,
        channel=OutboxMessage.Channel.EMAIL,
        account=account,
        contact=contact,
        sender=sender,
        subject=subject[:300],
        body=body,
        thread=thread,
        priority=priority,
        valid_until=valid_until,
        state=State.HELD if is_held else State.NEW,
        next_at=opens,
        reason=NOT_THEIR_TIME if opens > now and not is_held else "",
    )


def show_in_product(
    *,
    key: str,
    account: Account,
    contact: Contact,
    subject: str,
    body: str,
    now: datetime,
    link: str = "",
    thread: str = "",
    valid_until: datetime | None = None,
    priority: int = 7,
) -> OutboxMessage:
    """A message in the product, not stored yet: it waits until they look (`in_product`), within
    the touch budget like mail. Nobody sends it: it is due when it is too late."""
    ends_at = valid_until or now + SHOWN_FOR
    return OutboxMessage(
        key=key,
        channel=OutboxMessage.Channel.IN_APP,
        account=account,
        contact=contact,
        subject=subject[:300],
        body=body,
        link=link,
        thread=thread,
        priority=priority,
        next_at=ends_at,
        valid_until=ends_at,
        reason=NOT_LOOKED,
    )


def approve(*, message_id: int, subject: str, body: str, by: User, now: datetime) -> bool:
    """It goes out with these words; False where it was decided meanwhile."""
    held = OutboxMessage.objects.select_related("account").get(pk=message_id)
    opens = customer_hours().opening(held.account, now=now)
    return _change_held_message(
        message_id,
        state=State.NEW,
        subject=subject[:300],
        body=body,
        decided_by=by,
        next_at=opens,
        reason=NOT_THEIR_TIME if opens > now else "",
    )


def discard(*, message_id: int, reason: str, by: User) -> bool:
    """It never goes out; False where it was decided meanwhile."""
    return _change_held_message(
        message_id, state=State.SUPPRESSED, reason=reason[:500], decided_by=by
    )


def suppress_threads(threads: Collection[str], *, reason: str, now: datetime) -> int:
    """What waits in these conversations, approved or not, never goes out; how many that are.

    What a sender holds may have gone: it is marked by that sender, or too late for the next.
    """
    is_held = Q(state=State.LEASED)
    # Uses index: outbox_thread_unsent
    unsent = OutboxMessage.objects.filter(
        thread__in=threads, state__in=(State.HELD, State.NEW, State.LEASED)
    )
    return unsent.exclude(thread="").update(
        state=Case(When(is_held, then=F("state")), default=Value(State.SUPPRESSED.value)),
        valid_until=Case(When(is_held, then=Value(now)), default=F("valid_until")),
        reason=reason,
    )


def _change_held_message(message_id: int, **changes: object) -> bool:
    held = OutboxMessage.objects.filter(pk=message_id, state=State.HELD)
    return bool(held.update(**changes))
