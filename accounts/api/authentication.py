"""The gate of the machine API: a key or nothing. A session cookie never opens it.

DRF's settings name what is in here, so it must not import DRF's views.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.api.problems import problem_details
from accounts.keys import find_key, note_use
from accounts.models import ApiKey

__all__ = ["ApiKeyAuthentication", "Denied", "problem_details"]


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer cs_live_…`; the key is `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        # Keys live in real time, also where "today" is frozen on an imported history.
        now = datetime.now(UTC)
        key = find_key(token.strip().decode("latin-1"), now=now)
        if key is None:
            raise AuthenticationFailed("The key is unknown, expired or revoked.")
        note_use(key, now=now)
        return key.owner or AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class Denied(BasePermission):
    """The default: an endpoint that does not say who may use it is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False
