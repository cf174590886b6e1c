"""The link under each mail to a customer that ends them: signed, of that mail's recipient alone."""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

_SALT = "unsubscribe"


def unsubscribe_path(message_id: int) -> str:
    return reverse("unsubscribe", args=[signing.dumps(message_id, salt=_SALT)])


def message_of(token: str) -> int | None:
    """The id of the message that carried the link; None for any other text.

    It never expires: whoever wants to hear no more may find an old mail.
    """
    try:
        found = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None
