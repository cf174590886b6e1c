"""The contacts of an account by level: whom we know where, and when we last spoke."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, QuerySet
from django.utils.translation import gettext, gettext_noop

from accounts.catalogue import ContactLevel, Role, label
from accounts.models import Account, Contact, User
from accounts.pages.team_queries import is_on_team

SHOWN_AT_MOST = 200
_STRENGTHS = {
    1: gettext_noop("Avoids us"),
    2: gettext_noop("Cool"),
    3: gettext_noop("Neutral"),
    4: gettext_noop("Supporter"),
    5: gettext_noop("Advocate"),
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    name: str
    title: str
    email: str
    function: str
    language: str
    roles: tuple[str, ...]
    strength: int | None
    strength_word: str
    latest_contact: datetime | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class LevelGroup:
    level: str
    word: str
    people: tuple[PersonRow, ...]


def people_by_level(account: Account, *, viewer: User, today: date) -> list[LevelGroup]:
    """Levels from the top, empty ones included: a gap is something to act on.

    Executives read about accounts, not people's addresses, but where they are on the team.
    """
    is_masked = viewer.role == Role.EXECUTIVE and not is_on_team(viewer, account, day=today)
    rows = [
        (contact.level, _person_row(contact, is_masked))
        for contact in _contacts_of_account(account)
    ]
    return [
        LevelGroup(
            level=level,
            word=label(level),
            people=tuple(row for row_level, row in rows if row_level == level),
        )
        for level in ContactLevel
    ]


def _contacts_of_account(account: Account) -> QuerySet[Contact]:
    found: QuerySet[Contact] = (
        Contact.objects.filter(account=account)
        .annotate(latest_contact=Max("interactions__occurred_at"))
        .order_by("-is_active", "name", "pk")[:SHOWN_AT_MOST]
    )
    return found


def _person_row(contact: Contact, is_masked: bool) -> PersonRow:
    return PersonRow(
        name=contact.name,
        title=contact.title,
        email=masked(contact.email) if is_masked else contact.email,
        function=contact.job_function,
        language=contact.language,
        roles=tuple(contact.roles),
        strength=contact.strength,
        strength_word=gettext(_STRENGTHS[contact.strength]) if contact.strength else "",
        latest_contact=contact.latest_contact,  # type: ignore[attr-defined]
        left_on=contact.left_on,
    )


def masked(email: str) -> str:
    """("mila@acme.example", "m•••@acme.example")"""
    name, at, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}" if at else email
