"""What a person finds under “what is new”: rows of the outbox, written where it became true.

A row is made in the transaction that it tells about, under a key that makes it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from accounts.models import OutboxMessage, User

COUNTED_AT_MOST = 9


def in_app(
    *,
    key: str,
    user_id: int,
    subject: str,
    body: str,
    link: str,
    now: datetime,
    account_id: int | None = None,
) -> OutboxMessage:
    channel = OutboxMessage.Channel.IN_APP
    return OutboxMessage(
        key=f"{key}:{user_id}:{channel}",
        channel=channel,
        account_id=account_id,
        user_id=user_id,
        subject=subject[:300],
        body=body,
        link=link,
        next_at=now,
    )


def post(messages: Iterable[OutboxMessage]) -> None:
    ordered = sorted(messages, key=lambda message: message.key)
    OutboxMessage.objects.bulk_create(ordered, ignore_conflicts=True, batch_size=1000)


def notices_of(user: User) -> QuerySet[OutboxMessage]:
    """The person's own, the newest first; nobody else's, whatever they may see otherwise.

    Uses index: outbox_inbox
    """
    shown = OutboxMessage.objects.filter(
        user=user, channel=OutboxMessage.Channel.IN_APP, state=OutboxMessage.State.SENT
    )
    return shown.select_related("account").order_by("-pk")


# By hand, because every page asks: to put a queryset together took ten times as long as to ask.
_UNREAD = """
    SELECT count(*) FROM (
        SELECT FROM accounts_outboxmessage
        WHERE user_id = %s AND channel = %s AND state = %s AND read_at IS NULL LIMIT %s) unread
"""


def unread_count(user: User) -> int:
    """Counts on to one more than COUNTED_AT_MOST. Uses index: outbox_unread."""
    shown = (OutboxMessage.Channel.IN_APP, OutboxMessage.State.SENT)
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [user.pk, *shown, COUNTED_AT_MOST + 1])
        return int(cursor.fetchone()[0])


def mark_read(user: User, *, now: datetime, ids: Sequence[int] | None = None) -> int:
    """All of theirs, or those named among them; how many were new."""
    unread = notices_of(user).filter(read_at__isnull=True).order_by()
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.select_related(None).update(read_at=now)
