"""The people and accounts the permission matrix asks with: built anew for each question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection

from accounts.catalogue import Role
from accounts.models import Account, Team, User

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
OBJECTS = ("own", "team", "other", "missing")
ROLES = ("csm", "manager", "executive", "ops")
ACTORS = ("anonymous", "no_role", *ROLES)
# Written by looking, by nobody's decision.
_NOT_CUSTOMER_DATA = {"django_session", "cs_cache", "pghistory_context", "accounts_keywindow"}


@dataclass(frozen=True, slots=True)
class House:
    people: dict[str, User]
    accounts: dict[str, Account]


def build_house() -> House:
    """A CSM, a team mate, a CSM of another team; the manager leads the first team only."""
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    people = {
        role: _person(role, role=role, team=north if role == Role.CSM else None) for role in ROLES
    }
    people["no_role"] = _person("no_role", role=None, team=None)
    north.managers.add(people["manager"])
    owners = {
        "own": people["csm"],
        "team": _person("mate", role=Role.CSM, team=north),
        "other": _person("stranger", role=Role.CSM, team=south),
    }
    accounts = {
        place: Account.objects.create(
            external_id=f"acc-{place}",
            name=f"secret-{place}",
            owner=owner,
            customer_since=date(2024, 1, 1),
        )
        for place, owner in owners.items()
    }
    return House(people, accounts)


def _person(name: str, *, role: str | None, team: Team | None) -> User:
    return User.objects.create_user(
        f"{name}@demo.example", password="demo", name=name, role=role, team=team
    )


def everything_stored() -> dict[str, tuple[int, int]]:
    """Count and content hash of every table: equal before and after means nothing changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        )
        tables = {row[0] for row in cursor.fetchall()} - _NOT_CUSTOMER_DATA
        stored = {}
        for table in sorted(tables):
            cursor.execute(
                f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "{table}" t'
            )
            stored[table] = cursor.fetchone()
    return stored
