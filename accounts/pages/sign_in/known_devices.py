"""Browsers in which a person has signed in before: a guesser elsewhere does not lock them out."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User

COOKIE = "known_device"
LIFETIME = timedelta(days=180)
_SALT = "a person signed in here"


def remember(response: HttpResponseBase, *, user: User) -> None:
    """One person a browser: the one who signed in last."""
    response.set_signed_cookie(
        COOKIE,
        str(user.pk),
        salt=_SALT,
        max_age=int(LIFETIME.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def person_of(request: HttpRequest, *, email: str) -> User | None:
    """Who signs in with this address, if they have done so in this browser; in any letter case."""
    person = last_person(request)
    if person is None:
        return None
    return User.objects.filter(pk=person, email__iexact=email).first()


def last_person(request: HttpRequest) -> int | None:
    """The id of who signed in last in this browser."""
    signed = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=LIFETIME)
    return int(signed) if signed else None
