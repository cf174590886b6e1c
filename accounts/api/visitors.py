"""The gate of what a customer's product asks: a signed token of who looks, from a page that CS ops
listed. Whoever is not let in is not told why.

Counted in the memory of each process: nothing is kept about visitors, and a page view of somebody
else's product writes nothing (docs/adr/0034).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts.access import Right
from accounts.api.problems import ApiProblem
from accounts.models import InAppSite
from accounts.queries import visitors
from accounts.sealed_secrets import SealBrokenError
from accounts.visitor_tokens import (
    TokenRefusedError,
    Visitor,
    claimed_source,
    read_visitor,
)

_REFUSED = "A valid token is needed."
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor that a token has proven, and the product it comes from."""

    site: InAppSite
    visitor: Visitor

    def people(self) -> list[int]:
        """The contacts that it is here; none where the account is not known."""
        account_id = visitors.account_of(self.visitor)
        if account_id is None:
            return []
        return visitors.people_of(self.visitor, account_id=account_id)


class TooManyRequests(ApiProblem):
    def __init__(self, wait: float | None) -> None:
        detail = "These were the requests of this minute; wait as Retry-After says."
        super().__init__(429, code="rate_limited", detail=detail)
        self.wait = wait


class _Counted(SimpleRateThrottle):
    """At the rate that the settings name by `scope`."""

    cache = caches["visitors"]


class VisitorThrottle(_Counted):
    """So many requests of one visitor; they do not use up those of others."""

    scope = "visitor"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        visit = request.auth
        if not isinstance(visit, Visit):
            return None
        who = visit.visitor
        return f"visitor:{hash((who.source, who.account, who.user))}"


class RefusalThrottle(_Counted):
    """So many refused tokens of one network address: each costs a look for the secrets."""

    scope = "refused_token"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"refused:{request._request.META.get('REMOTE_ADDR', '')}"


class VisitorAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; the visit is `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Any, Visit]:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        try:
            if scheme.lower() != b"bearer":
                raise TokenRefusedError
            # Tokens live in real time, also where "today" is frozen on an imported history.
            visit = _proven_visit(token.strip().decode("latin-1"), now=datetime.now(UTC))
            _refuse_strange_page(visit.site, request)
        except (TokenRefusedError, SealBrokenError) as refused:
            if isinstance(refused, SealBrokenError):
                log.warning("no token can be proven: %s", refused)
            _count_refusal(request)
            raise AuthenticationFailed(_REFUSED) from None
        return AnonymousUser(), visit

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="in-app"'


def _count_refusal(request: Request) -> None:
    counted = RefusalThrottle()
    if not counted.allow_request(request, APIView()):
        raise TooManyRequests(counted.wait()) from None


def _proven_visit(token: str, *, now: datetime) -> Visit:
    source = claimed_source(token)
    site = InAppSite.objects.filter(source=source, is_active=True).first()
    if site is None:
        raise TokenRefusedError
    return Visit(site, read_visitor(token, secrets_of_source=site.secrets(now=now), now=now))


def _refuse_strange_page(site: InAppSite, request: Request) -> None:
    """A browser says from which page it asks; our own are among them."""
    origin = request.headers.get("Origin", "")
    own = f"{request.scheme}://{request.get_host()}"
    if origin and origin != own and origin not in site.origins:
        raise TokenRefusedError


class IsVisitor(BasePermission):
    """The token is the right to it: no person and no machine key has another."""

    right = Right.OPEN

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Visit)


def is_listed(origin: str) -> bool:
    """Pages of some product of ours are there."""
    return InAppSite.objects.filter(is_active=True, origins__contains=[origin]).exists()
