"""Mails by which a person sets a password: rows of the outbox, so that none is lost.

The link opens the person's account: it is made when the mail is sent and kept nowhere.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Installation, OutboxMessage, User

# Stands in the row where other messages have the path they lead to.
SET_PASSWORD = "set a password"  # noqa: S105 -- says what to do
# After that nobody waits for it any more.
_TOO_LATE = timedelta(days=1)


def forgotten(user: User, *, now: datetime) -> None:
    """Who asked is not known: the mail says what to do if it was somebody else."""
    _write(user, "mail/password.txt", subject="Set a new password", now=now, by=None)


def invited(user: User, *, by: User, now: datetime) -> None:
    name = Installation.current().name
    _write(user, "mail/invitation.txt", subject=f"Your way into {name}", now=now, by=by)


def fresh_link(user: User) -> str:
    """Path that lets its holder set the password once, for PASSWORD_RESET_TIMEOUT from now on."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=key)


def _write(user: User, template: str, *, subject: str, now: datetime, by: User | None) -> None:
    days = settings.PASSWORD_RESET_TIMEOUT // timedelta(days=1).total_seconds()
    said = {"user": user, "by": by, "days": int(days), "installation": Installation.current()}
    OutboxMessage.objects.create(
        key=f"password:{user.pk}:{uuid.uuid4()}",
        channel=OutboxMessage.Channel.EMAIL,
        user=user,
        subject=subject[:300],
        body=render_to_string(template, said).strip(),
        link=SET_PASSWORD,
        next_at=now,
        valid_until=now + _TOO_LATE,
    )
