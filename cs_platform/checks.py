"""What Django should refuse to start with: a page that nobody has given a right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

# Reached without signing in, or guarded by a gate of their own (admin site, API permissions).
OPEN_ROUTES = frozenset({"healthz", "readyz", "login"})
GUARDED_PREFIXES = ("admin/", "api/v1/", "auth/")


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


@register()
def every_page_declares_its_right(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The page at {address!r} declares no right.",
            hint="Decorate its view with accounts.access.requires(Right.…).",
            id="cs_platform.E001",
        )
        for name, address, entry in routes()
        if name not in OPEN_ROUTES
        and not address.startswith(GUARDED_PREFIXES)
        and not hasattr(entry.callback, "right")
    ]
