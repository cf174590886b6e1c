"""Every route of the platform, by its full name; the words their addresses are made of."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "", namespace: str = ""
) -> Iterator[tuple[str, str, URLPattern]]:
    """Every (full name, address pattern, entry) below the root of the addresses."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, address, inner)
        else:
            yield f"{namespace}{entry.name}", address, entry


@functools.cache
def address_words() -> frozenset[str]:
    """Every fixed part of an address between two slashes, such as “accounts”."""
    segments = {part for _name, address, _entry in routes() for part in address.split("/")}
    return frozenset(part for part in segments if re.fullmatch(r"[a-z0-9_.-]+", part))
