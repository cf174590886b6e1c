"""Signing in. People are added by CS ops or an identity provider: nobody signs up by themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts import clock, passwords
from accounts.models import User

DEMO_PASSWORD = "demo"  # noqa: S105 -- printed at start for everybody to read


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    # One sentence for a wrong password and for an unknown address: neither is told apart.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "E-mail and password do not match. Check both, or ask CS ops for a new password."
        ),
        "too_many_login_attempts": (
            "Too many failed attempts. Signing in is locked for 30 minutes;"
            " ask CS ops if you need it sooner."
        ),
        "incorrect_password": "This is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        passwords.forgotten(user, now=clock.now())

    def reauthenticate(self, user: User, password: str) -> bool:
        """By the address CS ops sees: allauth would look for one in a table of its own."""
        return self.authenticate(context.request, email=user.email, password=password) == user

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The demo's printed password opens nothing outside the demo, whoever carried it over."""
        if not settings.DEMO and credentials.get("password") == DEMO_PASSWORD:
            self.pre_authenticate(request, **credentials)  # counts as a failed attempt
            return None
        user: User | None = super().authenticate(request, **credentials)
        return user
