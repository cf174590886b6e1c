"""Mails by which a person sets a password: rows of the outbox, so that none is lost.

The link opens the person's account: it is made when the mail is sent and kept nowhere.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from allauth.account.utils import user_pk_to_url_str
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import password_links
from accounts.models import Installation, OutboxMessage, User

# Stand in the row where other messages have the path they lead to.
SET_PASSWORD = "set a password"  # noqa: S105 -- says what to do
FIRST_PASSWORD = "set the first password"  # noqa: S105 -- says what to do
_TOKENS = {SET_PASSWORD: password_links.FORGOTTEN, FIRST_PASSWORD: password_links.INVITATION}
# After that nobody waits for it any more.
_TOO_LATE = timedelta(days=1)


def forgotten(user: User, *, now: datetime) -> None:
    """Who asked is not known: the mail says what to do if it was somebody else."""
    subject = "Set a new password"
    _enqueue_password_mail(
        user, "mail/password.txt", subject=subject, link=SET_PASSWORD, now=now, by=None
    )


def invited(user: User, *, by: User, now: datetime) -> None:
    """The longer time to accept is for who has no password yet."""
    subject = f"Your way into {Installation.current().name}"
    link = SET_PASSWORD if user.has_usable_password() else FIRST_PASSWORD
    _enqueue_password_mail(user, "mail/invitation.txt", subject=subject, link=link, now=now, by=by)


def leads_to_a_password(link: str) -> bool:
    """Whether the link of a message has to be made when it is sent."""
    return link in _TOKENS


def fresh_link(user: User, *, link: str) -> str:
    """Path that lets its holder set the password once, for as long as its kind lasts from now."""
    key = {"uidb36": user_pk_to_url_str(user), "key": _TOKENS[link].make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=key)


def _enqueue_password_mail(
    user: User, template: str, *, subject: str, link: str, now: datetime, by: User | None
) -> None:
    hours = _TOKENS[link].lifetime // timedelta(hours=1)
    said = {"user": user, "by": by, "hours": hours, "installation": Installation.current()}
    OutboxMessage.objects.create(
        key=f"password:{user.pk}:{uuid.uuid4()}",
        channel=OutboxMessage.Channel.EMAIL,
        user=user,
        subject=subject[:300],
        body=render_to_string(template, said).strip(),
        link=link,
        next_at=now,
        valid_until=now + _TOO_LATE,
    )
