"""What makes a link to a new password valid: for one person, once, for a limited time.

A link dies with the password it replaces, with a sign-in, with another e-mail address, and while
the person is not active.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int


class _Tokens(PasswordResetTokenGenerator):
    """Django's, with a lifetime of their own below PASSWORD_RESET_TIMEOUT."""

    def __init__(self, *, purpose: str, lifetime: timedelta) -> None:
        super().__init__()
        self.key_salt = f"accounts.password_links.{purpose}"
        self.lifetime = lifetime

    def check_token(self, user: Any, token: str | None) -> bool:
        if token is None or not super().check_token(user, token):
            return False
        age = self._num_seconds(self._now()) - base36_to_int(token.partition("-")[0])
        return bool(age <= self.lifetime.total_seconds())


# Somebody who forgot a password is waiting for the mail; a new colleague may be away until Monday.
FORGOTTEN = _Tokens(purpose="forgotten", lifetime=timedelta(hours=1))
INVITATION = _Tokens(purpose="invitation", lifetime=timedelta(hours=72))


class PasswordLinks(PasswordResetTokenGenerator):
    """What the page behind the link asks: it takes either kind (ACCOUNT_PASSWORD_RESET_…)."""

    def make_token(self, user: Any) -> str:
        return str(FORGOTTEN.make_token(user))

    def check_token(self, user: Any, token: str | None) -> bool:
        kinds = (FORGOTTEN, INVITATION)
        return bool(user.is_active) and any(kind.check_token(user, token) for kind in kinds)
