"""What a request is and wants: a form, the API, a page, or a part of one by the same address."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails


def is_api(request: HttpRequest) -> bool:
    """What programs ask, the script in a customer's product among them."""
    return request.path.startswith(("/api/", "/in-app/v1/"))


def is_form(request: HttpRequest) -> bool:
    return request.method == "POST" and (request.content_type or "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    )


def wants_page(request: HttpRequest) -> bool:
    """A browser says so when it opens an address or sends a form; scripts and programs do not."""
    return "text/html" in request.headers.get("Accept", "")


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


def next_page(request: HttpRequest, *, default: str) -> str:
    """Where a form that was posted leads: to the page it says, never to another site."""
    address = request.POST.get("next", "")
    # A bare word would be taken for the name of a route.
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return default
