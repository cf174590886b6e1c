"""Ids of erased people, known by a salted hash only."""

from hashlib import blake2b


def digest_of(user: str, *, salt: bytes) -> bytes:
    """Of an id in any case."""
    return blake2b(user.casefold().encode(), key=salt, digest_size=32).digest()
