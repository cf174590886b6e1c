"""A person's e-mail address is changed by CS ops; both mailboxes are told of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.template.loader import render_to_string

from accounts.models import Installation, OutboxMessage, User


def tell_of_change(user: User, *, before: str, by: User, now: datetime) -> None:
    """A message to the old and the new address; called in the transaction that changes it."""
    installation = Installation.current()
    said = {"user": user, "before": before, "by": by, "installation": installation}
    body = render_to_string("mail/address_changed.txt", said).strip()
    subject = f"Your sign-in address at {installation.name} was changed"
    change = uuid.uuid4()
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            key=f"address:{user.pk}:{change}:{place}",
            channel=OutboxMessage.Channel.EMAIL,
            to_address=address,
            subject=subject[:300],
            body=body,
            next_at=now,
        )
        for place, address in (("before", before), ("after", user.email))
    )
