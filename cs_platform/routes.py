"""Every route of the platform, by its full name; the words their addresses are made of."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import Right


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


def right_of(entry: URLPattern) -> Right | None:
    """What the route declares to ask for. None: nothing, and then it must not exist.

    A page declares it by `requires`, an endpoint by a permission class. What Django wraps in
    `admin_view` of the site is the room of CS ops; it leaves one of two marks on the address.
    """
    view = entry.callback
    if hasattr(view, "admin_site") or hasattr(view, "model_admin"):
        return Right.ADMINISTER
    declared: Right | None = getattr(view, "right", None)
    if declared is None and hasattr(view, "cls"):
        named = (getattr(needed, "right", None) for needed in view.cls.permission_classes)
        return next((right for right in named if right is not None), None)
    return declared


@functools.cache
def address_words() -> frozenset[str]:
    """Every fixed part of an address between two slashes, such as “accounts”."""
    segments = {part for _name, address, _entry in routes() for part in address.split("/")}
    return frozenset(part for part in segments if re.fullmatch(r"[a-z0-9_.-]+", part))
