"""Outbox rows for people here: a stable key makes each one message, however often it is made."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import OutboxMessage
from playbooks.facts import AccountRow

# Nobody wants to be mailed on Thursday that something was urgent on Monday.
STALE_AFTER = timedelta(days=2)


def notice(
    *,
    key: str,
    user_id: int,
    account: AccountRow,
    subject: str,
    body: str,
    now: datetime,
    by_mail: bool = False,
) -> list[OutboxMessage]:
    """In the app, and by mail too when it should reach somebody who is not looking."""
    channels = [OutboxMessage.Channel.IN_APP]
    if by_mail:
        channels.append(OutboxMessage.Channel.EMAIL)
    return [
        OutboxMessage(
            key=f"{key}:{user_id}:{channel}",
            channel=channel,
            account_id=account.id,
            user_id=user_id,
            subject=f"{subject}: {account.name}"[:300],
            body=body,
            link=f"/accounts/{account.external_id}/",
            next_at=now,
            valid_until=now + STALE_AFTER if channel == OutboxMessage.Channel.EMAIL else None,
        )
        for channel in channels
    ]


def post(messages: list[OutboxMessage]) -> None:
    ordered = sorted(messages, key=lambda message: message.key)
    OutboxMessage.objects.bulk_create(ordered, ignore_conflicts=True, batch_size=1000)
