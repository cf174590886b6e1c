"""Messages in a customer's product: what may be shown now, and what becomes of it.

Shown is when a message goes out: then it counts as a touch, once, however many windows show it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import OutboxMessage, OutreachPolicy
from accounts.work import outreach

State = OutboxMessage.State


class Happened(StrEnum):
    """What a visitor's window tells of a message."""

    SHOWN = "shown"
    DISMISSED = "dismissed"
    CLICKED = "clicked"


def open_messages(people: Collection[int], *, now: datetime) -> QuerySet[OutboxMessage]:
    """Not too late, and neither closed nor followed: what was shown first, then the urgent.

    Uses index: outbox_in_product or outbox_customer_state or outbox_product_state
    """
    rows = OutboxMessage.objects.filter(
        channel=OutboxMessage.Channel.IN_APP,
        contact__in=people,
        contact__isnull=False,
        state__in=(State.NEW, State.SENT),
        dismissed_at=None,
        clicked_at=None,
        valid_until__gt=now,
    )
    return rows.order_by(F("sent_at").asc(nulls_last=True), "priority", "pk")


def message_for(people: Collection[int], *, now: datetime) -> OutboxMessage | None:
    """The one to show now to somebody whom these contacts are: what is open already, else the next
    that the touch budget has room for."""
    first = open_messages(people, now=now).first() if people else None
    if first is None or first.state == State.SENT:
        return first
    held = outreach.hold_by_budget(first, policy=OutreachPolicy.current(), now=now)
    return None if held else first


def tell(message_id: int, what: Happened, *, people: Collection[int], now: datetime) -> bool:
    """Notes what happened to a message of theirs; what is told again is the same as before.

    False where there is no such message of theirs, or it may not be shown now.
    """
    rows = OutboxMessage.objects.filter(
        pk=message_id, channel=OutboxMessage.Channel.IN_APP, contact__in=people
    )
    if what is Happened.SHOWN:
        return _show_within_budget(rows, now=now)
    field = f"{what}_at"
    shown = rows.filter(state=State.SENT)
    return bool(shown.update(**{field: Coalesce(field, now)}))


@transaction.atomic
def _show_within_budget(rows: QuerySet[OutboxMessage], *, now: datetime) -> bool:
    """Of two windows that are first at once the second finds it shown."""
    asked = rows.select_related("contact").first()
    if asked is None:
        return False
    outreach.lock_budget(asked)
    waits = rows.filter(state=State.NEW, valid_until__gt=now)
    if waits.select_for_update(no_key=True).first() is None:
        return rows.filter(state=State.SENT).exists()
    if outreach.count_touch(asked, policy=OutreachPolicy.current(), now=now):
        return False
    return bool(waits.update(state=State.SENT, sent_at=now, reason=""))
