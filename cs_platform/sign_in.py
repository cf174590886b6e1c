"""Signing in. People are added by CS ops or an identity provider: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
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
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
