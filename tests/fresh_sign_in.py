"""A client that signed in a moment ago: what lets people or machines in asks for nothing more."""

from types import SimpleNamespace

from allauth.account.internal.flows.login import record_authentication

from accounts.models import User


def sign_in_freshly(client, user: User) -> None:
    """As if by the password, without hashing it."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    record_authentication(SimpleNamespace(session=session), user, method="password")
    session.save()
