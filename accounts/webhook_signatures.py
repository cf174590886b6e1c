"""Signatures of what goes out by webhook: Standard Webhooks, version 1 (symmetric)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32


class SecretShapeError(ValueError):
    """A signing secret is `whsec_` and the base64 of 24 to 64 bytes."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Raises SecretShapeError, which does not quote it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:  # not of its alphabet, or not ASCII
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise SecretShapeError(SecretShapeError.__doc__)
    return key


def signed_headers(*, secret: str, message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """`message_id` stays the same for every try: receivers tell by it what came before."""
    stamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
