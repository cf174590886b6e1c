"""Addresses below /auth/: those of allauth's pages that people need, and no others.

Nobody signs up, adds an e-mail address or confirms one by themselves, so these pages do not exist.
"""

from allauth.account import views
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods
from django.views.generic import RedirectView

from accounts.access import Right, View, requires
from accounts.pages.sign_in.adapter import NewPasswordView


def from_library(right: Right, view: View) -> View:
    """A page we did not write, for what browsers send: it would take PUT for POST."""
    return requires(right)(require_http_methods(["GET", "HEAD", "POST"])(view))


urlpatterns = [
    # The names are allauth's: its pages look each other up by them.
    path(
        "login/",
        from_library(Right.OPEN, RedirectView.as_view(pattern_name="login", query_string=True)),
        name="account_login",
    ),
    path(
        "password/reset/",
        from_library(Right.OPEN, views.password_reset),
        name="account_reset_password",
    ),
    path(
        "password/reset/done/",
        from_library(Right.OPEN, views.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        from_library(Right.OPEN, NewPasswordView.as_view()),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        from_library(Right.OPEN, views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path(
        "password/change/",
        from_library(Right.SIGNED_IN, views.password_change),
        name="account_change_password",
    ),
    # Who has no password yet sets one by a link in a mail.
    path(
        "password/set/",
        from_library(Right.SIGNED_IN, RedirectView.as_view(pattern_name="account_reset_password")),
        name="account_set_password",
    ),
]
