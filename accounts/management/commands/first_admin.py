"""The first person of an empty installation: CS ops, with a password that is shown once."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from accounts.catalogue import Role
from accounts.models import User

EMAIL = "admin@localhost"


class Command(BaseCommand):
    help = "Make the first person, of CS ops, and print their password; nothing when people exist."

    def handle(self, *args: Any, **options: Any) -> None:
        said = make_first_admin(EMAIL)
        if said:
            self.stdout.write(said)


def make_first_admin(email: str) -> str | None:
    """The sentence that shows the password; None when somebody is there already."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_user(email, password=password, name="CS ops", role=Role.OPS)
    return f"Log in as {email} with the password {password} (shown once)."
