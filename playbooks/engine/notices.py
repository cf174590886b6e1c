"""Outbox rows for people here: a stable key makes each one message, however often it is made."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.declarations import address_of
from accounts.models import OutboxMessage
from accounts.work.notices import in_app
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
    shown = in_app(
        key=key,
        user_id=user_id,
        account_id=account.id,
        subject=f"{subject}: {account.name}",
        body=body,
        link=address_of("accounts.Account", account.external_id),
        now=now,
    )
    return [shown, _mail_of_notice(shown, key=key)] if by_mail else [shown]


def _mail_of_notice(shown: OutboxMessage, *, key: str) -> OutboxMessage:
    channel = OutboxMessage.Channel.EMAIL
    return OutboxMessage(
        key=f"{key}:{shown.user_id}:{channel}",
        channel=channel,
        account_id=shown.account_id,
        user_id=shown.user_id,
        subject=shown.subject,
        body=shown.body,
        link=shown.link,
        next_at=shown.next_at,
        valid_until=shown.next_at + STALE_AFTER,
    )
