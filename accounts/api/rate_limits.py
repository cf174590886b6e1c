"""So many requests a minute and key; every answer says how many are left.

DRF's settings name the throttle, so this must not import DRF's views.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.keys import WINDOW, count_request
from accounts.models import ApiKey


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key may still send: `left` requests until `seconds` from now."""

    limit: int
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """Fields of draft-ietf-httpapi-ratelimit-headers."""
        window = int(WINDOW.total_seconds())
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={window}',
            "RateLimit": f'"key";r={self.left};t={self.seconds}',
        }


class KeyThrottle(BaseThrottle):
    """Refuses a key that has sent CS_API_RATE requests within a minute; 0 refuses nobody."""

    allowance: Allowance | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        limit = settings.API_RATE
        if not isinstance(request.auth, ApiKey) or not limit:
            return True
        # Real time, also where "today" is frozen on an imported history.
        now = datetime.now(UTC)
        counted = count_request(request.auth, limit=limit, now=now)
        seconds = math.ceil((counted.ends_at - now).total_seconds())
        self.allowance = Allowance(limit, limit - counted.requests, max(seconds, 1))
        request._request.allowance = self.allowance  # type: ignore[attr-defined]
        return counted.is_allowed

    def wait(self) -> float | None:
        return self.allowance.seconds if self.allowance else None


class AllowanceMiddleware:
    """Tells it on every answer of a key that was counted, whatever the endpoint."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        allowance: Allowance | None = getattr(request, "allowance", None)
        if allowance is not None:
            for name, value in allowance.headers().items():
                response.headers[name] = value
        return response
