"""Mail of sequences on past days: sent when it was due, as far as the touch budget had room."""

from __future__ import annotations

from datetime import datetime

from accounts.models import OutboxMessage
from accounts.work.outreach import let_out


def send_letters(*, until: datetime) -> int:
    """What was due to customers' people by then, in the order in which it was due; how many went.
    What the budget holds back says so, and is asked again when it has room."""
    due = OutboxMessage.objects.filter(
        channel=OutboxMessage.Channel.EMAIL,
        contact__isnull=False,
        state=OutboxMessage.State.NEW,
        next_at__lte=until,
    )
    sent = 0
    for message in due.order_by("next_at", "priority", "pk").select_related("account", "contact"):
        hold = let_out(message, now=message.next_at)
        if hold is None:
            message.state, message.sent_at, message.reason = (
                OutboxMessage.State.SENT, message.next_at, "",
            )  # fmt: skip
            sent += 1
        else:
            message.next_at, message.reason = hold.until, hold.reason
        message.save(update_fields=["state", "sent_at", "reason", "next_at"])
    return sent
