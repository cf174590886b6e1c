"""Which invitation a link opens."""

from __future__ import annotations

from datetime import datetime

from surveys.invitation_links import linked_invitation
from surveys.models import Invitation

_ANSWERABLE = (Invitation.State.WRITTEN, Invitation.State.SENT, Invitation.State.ANSWERED)


def invitation_of(token: str) -> Invitation | None:
    """Whatever state it is in; None where the link is none, was taken back, or asked somebody who
    was erased."""
    link = linked_invitation(token)
    if link is None or not link.nonce:
        return None
    rows = Invitation.objects.filter(pk=link.invitation_id, nonce=link.nonce)
    rows = rows.filter(contact__isnull=False, contact__erased_at__isnull=True)
    return rows.select_related("survey", "account", "contact").first()


def can_be_answered(invitation: Invitation, *, now: datetime) -> bool:
    """Also anew: until it expires an answer can be changed."""
    expires = invitation.expires_at
    return invitation.state in _ANSWERABLE and expires is not None and now < expires
