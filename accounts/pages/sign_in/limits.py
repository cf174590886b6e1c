"""How many wrong passwords are taken, counted apart for browsers that are known and others.

Whoever guesses at somebody's address from elsewhere locks it there; the person goes on in a
browser they have signed in with before, which has a limit of its own.
"""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

from accounts.models import User
from accounts.pages.sign_in import known_devices

_APP = "allauth.account"  # whose settings hold the rates: ACCOUNT_RATE_LIMITS
_ELSEWHERE = "login_failed"
_KNOWN = "login_failed_on_known_device"


def count_attempt(request: HttpRequest, *, email: str) -> ratelimit.RateLimitUsage | None:
    """What was counted, to be taken back when the password is right; None where it is locked."""
    person = known_devices.person_of(request, email=email)
    action, key = (_ELSEWHERE, email.lower()) if person is None else (_KNOWN, str(person.pk))
    return ratelimit.consume(request, app=_APP, action=action, key=key)


def forgive_known_devices(user: User) -> None:
    """For somebody who has just shown that the address is theirs."""
    _forget_attempts(_KNOWN, per="key", key=str(user.pk))


def unlock_person(user: User) -> None:
    """Everywhere, except where a network address as a whole is locked."""
    forgive_known_devices(user)
    _forget_attempts(_ELSEWHERE, per="key", key=user.email.lower())


def unlock_network_address(address: str) -> None:
    _forget_attempts(_ELSEWHERE, per="ip", address=address)


def _forget_attempts(action: str, *, per: str, key: str = "", address: str = "") -> None:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = address
    for rate in ratelimit.get_rates(app=_APP, action=action):
        if rate.per == per:
            cache.delete(
                ratelimit.get_cache_key(request, app=_APP, action=action, rate=rate, key=key)
            )
