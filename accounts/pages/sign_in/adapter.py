"""Signing in. People are added by CS ops or an identity provider: nobody signs up by themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ResetPasswordForm
from allauth.account.views import PasswordResetFromKeyView
from allauth.core import context
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import clock, passwords
from accounts.models import User
from accounts.pages.sign_in import known_devices, unsaved
from accounts.pages.sign_in import limits as sign_in_limits

DEMO_PASSWORD = "demo"  # noqa: S105 -- printed at start for everybody to read


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    # One sentence for a wrong password and for an unknown address: neither is told apart.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            _("E-mail and password do not match. Check both, or ask CS ops for a new password.")
        ),
        # True for everybody, CS ops included: a new password makes the browser a known one.
        "too_many_login_attempts": (
            _(
                "Too many failed attempts: signing in is locked here, for an hour at most. To"
                " get in at once, set a new password by “Forgotten your password?” on the"
                " sign-in page, and sign in with it in the same browser."
            )
        ),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        passwords.forgotten(user, now=clock.now())

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if unsaved.claim(request, user):
            response = redirect("unsaved")
        known_devices.remember(response, user=user)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts an attempt, which allauth takes back when the password is right."""
        self._login_failed_rl_usage = sign_in_limits.count_attempt(
            request, email=credentials.get("email", "")
        )
        if self._login_failed_rl_usage is None:
            raise self.validation_error("too_many_login_attempts")

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


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """Finds people by the address CS ops sees, in any letter case, and by no other."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.users = list(User.objects.filter(email__iexact=email, is_active=True))
        return email


class NewPasswordView(PasswordResetFromKeyView):  # type: ignore[misc]  # allauth has no types
    """Whoever sets a password by the link in a mail gets in with it, whatever was locked before."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        known_devices.remember(response, user=self.reset_user)
        sign_in_limits.forgive_known_devices(self.reset_user)
        return response
