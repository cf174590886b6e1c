"""Secrets at rest: sealed with a key made of `SECRET_KEY`, opened where they are used only."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class SealBrokenError(ValueError):
    """Sealed under another `SECRET_KEY`, or changed since: it has to be entered again."""


def seal(text: str) -> str:
    return _secret_key_fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises SealBrokenError."""
    try:
        return _secret_key_fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBrokenError("SECRET_KEY has changed: enter the secret again") from None


def _secret_key_fernet() -> Fernet:
    digest = hashlib.sha256(b"sealed at rest:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
