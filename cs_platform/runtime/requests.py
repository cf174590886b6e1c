"""What a request is known by: who really asks, its id, its route, how long it took."""

from __future__ import annotations

import logging
import re
import time
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cs_platform.runtime import logs
from cs_platform.runtime.configuration import is_within
from cs_platform.runtime.deep_calls import with_room
from cs_platform.runtime.middleware import GetResponse
from cs_platform.runtime.request_metrics import count_request

log = logging.getLogger(__name__)
ID_HEADER = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)
# Asked every few seconds by machines: counted, not written down.
_PROBES = frozenset({"healthz", "readyz", "prometheus"})


class ForwardedMiddleware:
    """Forwarded headers say who asks, when one of our proxies says so; else they are lies.

    The outermost of all: every page is called by it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    @with_room
    def __call__(self, request: HttpRequest) -> HttpResponse:
        sender = request.META.get("REMOTE_ADDR", "")
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if is_within(sender, settings.PROXIES):
            request.META["REMOTE_ADDR"] = _client_address(hops, default=sender)
            lies = [name for name in _FORWARDED if name != "HTTP_X_FORWARDED_PROTO"]
        else:
            lies = list(_FORWARDED)
        for name in lies:
            request.META.pop(name, None)
        return self.get_response(request)


def _client_address(hops: str, *, default: str) -> str:
    """The nearest hop that is none of our proxies; what stands further left anybody can write."""
    for hop in reversed([hop.strip() for hop in hops.split(",") if hop.strip()]):
        if not is_within(hop, settings.PROXIES):
            return hop[:64]
    return default


class RequestMiddleware:
    """An id that goes through to the answer and into every line; one line and one count each."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(ID_HEADER, "")
        request.id = given if _ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        token = logs.request_id.set(request.id)  # type: ignore[attr-defined]
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers[ID_HEADER] = logs.request_id.get()
            _note_request(request, response, seconds=time.perf_counter() - begun)
        finally:
            logs.request_id.reset(token)
        return response


def _note_request(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    route = route_of(request)
    count_request(route=route, status=response.status_code, seconds=seconds)
    user = getattr(request, "user", None)
    log.log(
        logging.DEBUG if route in _PROBES else logging.INFO,
        "%s %s",
        request.method,
        route,
        extra={
            "route": route,
            "method": request.method,
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 1),
            "user": user.pk if user is not None and _is_loaded(request) else None,
        },
    )


def route_of(request: HttpRequest) -> str:
    """The name of the route, never the address: names are few and say nothing of anybody."""
    match = request.resolver_match
    if match is not None and match.view_name:
        return str(match.view_name)
    return "static" if request.path.startswith(settings.STATIC_URL) else "unresolved"


def _is_loaded(request: HttpRequest) -> bool:
    """The person, where the page has asked for them anyway: no query for a log line."""
    return getattr(request, "_cached_user", None) is not None
