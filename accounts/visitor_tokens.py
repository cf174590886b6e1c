"""Tokens by which the back end of a product says who looks: JSON Web Tokens (RFC 7519), HS256.

Any library of that name makes them; only what a visitor's token needs is read here.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

LONGEST_LIFE = timedelta(hours=1)
# Clocks of two machines differ.
LEEWAY = timedelta(minutes=1)
SECRET_PREFIX = "in_app_"  # noqa: S105 -- what a secret begins with, not one
LONGEST_TOKEN = 2_000
_LONGEST_CLAIM = 254


class TokenRefusedError(ValueError):
    """The token proves nothing; whoever sent it is not told why."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks, in the ids of the source: `email` also finds the person where it is given."""

    source: str
    account: str
    user: str
    email: str = ""


def new_secret() -> str:
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def signature_of(signed: bytes, *, key: bytes) -> str:
    """As JSON Web Signatures write HMAC-SHA256 (RFC 7515)."""
    return _base64_without_padding(hmac.new(key, signed, hashlib.sha256).digest())


def sign_visitor(visitor: Visitor, *, secret: str, expires_at: datetime) -> str:
    claims = {name: value for name, value in asdict(visitor).items() if value}
    parts = ({"alg": "HS256", "typ": "JWT"}, claims | {"exp": int(expires_at.timestamp())})
    signed = ".".join(_base64_without_padding(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{signature_of(signed.encode(), key=secret.encode())}"


def claimed_source(token: str) -> str:
    """Unproven: only to find the secrets that may prove it. Raises TokenRefusedError."""
    source = _split_token(token)[1].get("source")
    return source if isinstance(source, str) else ""


def read_visitor(token: str, *, secrets_of_source: Collection[str], now: datetime) -> Visitor:
    """Who the token says, signed with one of the secrets and not expired by `now`, which is real
    time. Raises TokenRefusedError."""
    header, claims, signed, signature = _split_token(token)
    if header.get("alg") != "HS256" or "crit" in header:
        raise TokenRefusedError
    made = [signature_of(signed, key=each.encode()) for each in secrets_of_source]
    if not any(hmac.compare_digest(each, signature) for each in made):
        raise TokenRefusedError
    _refuse_untimely(claims, now=now)
    return Visitor(
        source=_required_claim(claims, "source"),
        account=_required_claim(claims, "account"),
        user=_required_claim(claims, "user"),
        email=_required_claim(claims, "email") if "email" in claims else "",
    )


def _refuse_untimely(claims: dict[str, Any], *, now: datetime) -> None:
    """`exp` is asked for, and no further away than a token may live; `nbf` is kept where it is."""
    ends, begins = _claimed_seconds(claims.get("exp")), _claimed_seconds(claims.get("nbf", 0))
    seconds = now.timestamp()
    latest = seconds + (LONGEST_LIFE + LEEWAY).total_seconds()
    is_begun = begins <= seconds + LEEWAY.total_seconds()
    if not (is_begun and seconds < ends <= latest):  # a NaN is neither
        raise TokenRefusedError


def _claimed_seconds(said: object) -> float:
    """Seconds since 1970."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise TokenRefusedError
    return said


def _required_claim(claims: dict[str, Any], name: str) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_CLAIM or "\0" in found:
        raise TokenRefusedError
    return found


def _split_token(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, str]:
    """Header, claims, what is signed, and its signature."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST_TOKEN or not token.isascii():
        raise TokenRefusedError
    header, claims = (_decoded_object(part) for part in parts[:2])
    return header, claims, ".".join(parts[:2]).encode(), parts[2]


def _decoded_object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise TokenRefusedError from None
    if not isinstance(found, dict):
        raise TokenRefusedError
    return found


def _base64_without_padding(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
