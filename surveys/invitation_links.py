"""The address a person answers at: signed, of one invitation alone, revoked by another nonce.

The mail does not store it: it is made when the message is sent, so that a copy of the database
answers for nobody.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from django.core import signing
from django.urls import reverse

_SALT = "survey invitation"


class LinkedInvitation(NamedTuple):
    invitation_id: int
    nonce: str


def new_nonce() -> str:
    """128 random bits, in 22 characters."""
    return secrets.token_urlsafe(16)


def survey_token(invitation_id: int, nonce: str) -> str:
    return signing.dumps([invitation_id, nonce], salt=_SALT)


def survey_path(invitation_id: int, nonce: str) -> str:
    return reverse("survey_answer", args=[survey_token(invitation_id, nonce)])


def linked_invitation(token: str) -> LinkedInvitation | None:
    """Which invitation it was made for; None for any other text. Whether it still counts, the row
    says: its nonce, its state and when it expires."""
    try:
        found = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    match found:
        case [int(invitation_id), str(nonce)]:
            return LinkedInvitation(invitation_id, nonce)
    return None
