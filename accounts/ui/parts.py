"""Page or part: the same address and context answer both."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


def wants_part(request: HttpRequest) -> bool:
    """A history restore asks through htmx too, and must get the whole page."""
    htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def asked_from(request: HttpRequest) -> str:
    """The path of the page a part is asked from; empty when it is no part."""
    htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
    return urlsplit(htmx.current_url or "").path if htmx else ""


def page_of_part(request: HttpRequest) -> str:
    """The local address of the page of ours a part is asked from; empty when it is another's."""
    htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
    return htmx.current_url_abs_path or ""


def came_from(request: HttpRequest) -> str:
    """The page of ours that led here, to go back to; empty when it was another site's."""
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc != request.get_host():
        return ""
    return urlunsplit(("", "", before.path, before.query, ""))
