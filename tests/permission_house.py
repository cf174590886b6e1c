"""The people and accounts the permission matrix asks with: built anew for each question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from accounts.catalogue import Role
from accounts.keys import EVERYTHING, PREFIX, SCOPES, create_key, revoke_key
from accounts.models import Account, ApiKey, Function, Team, TeamMember, User

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
OBJECTS = ("own", "team", "other", "missing")
ROLES = ("csm", "manager", "executive", "ops")
# An account executive: of another team than the owner's, and on the team of the own account.
ON_THE_TEAM = "on_the_team"
ROLE_OF = {role: role for role in ROLES} | {ON_THE_TEAM: "csm"}
ACTORS = ("anonymous", "no_role", *ROLE_OF)
# Machine keys are called by the scope they have; the last two let nothing in.
EVERY_KIND, ENDED_KEYS = EVERYTHING, ("revoked key", "unknown key")
KEYS = (*SCOPES, *ENDED_KEYS)
# Written by looking, by nobody's decision.
_NOT_CUSTOMER_DATA = {"django_session", "cs_cache", "pghistory_context", "accounts_keywindow"}


@dataclass(frozen=True, slots=True)
class House:
    people: dict[str, User]
    accounts: dict[str, Account]


def build_house() -> House:
    """A CSM, a team mate, a CSM of another team; the manager leads the first team only. Somebody
    of the other team is on the team of the CSM's account."""
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    people = {
        role: _person(role, role=role, team=north if role == Role.CSM else None) for role in ROLES
    }
    people["no_role"] = _person("no_role", role=None, team=None)
    people[ON_THE_TEAM] = _person(ON_THE_TEAM, role=Role.CSM, team=south)
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
    TeamMember.objects.create(
        account=accounts["own"],
        person=people[ON_THE_TEAM],
        function=Function.objects.get(key="account_executive"),
        since=date(2024, 1, 1),
    )
    return House(people, accounts)


def _person(name: str, *, role: str | None, team: Team | None) -> User:
    return User.objects.create_user(
        f"{name}@demo.example", password="demo", name=name, role=role, team=team
    )


def make_keys() -> dict[str, str]:
    """The token of each of KEYS. None notes its next use: that writes a row once a minute."""
    now = datetime.now(UTC)
    tokens = {scope: create_key(name=scope, scopes=[scope], now=now)[1] for scope in SCOPES}
    revoked, tokens["revoked key"] = create_key(name="revoked key", scopes=[EVERYTHING], now=now)
    revoke_key(revoked, now=now)
    ApiKey.objects.update(latest_use_at=now + timedelta(hours=1))
    return tokens | {"unknown key": PREFIX + "x" * 43}


def everything_stored() -> dict[str, tuple[int, int]]:
    """Count and content hash of every table: equal before and after means nothing changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        )
        tables = {row[0] for row in cursor.fetchall()} - _NOT_CUSTOMER_DATA
        each = (
            f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)"
            f' FROM "{table}" t'
            for table in sorted(tables)
        )
        cursor.execute(" UNION ALL ".join(each))
        return {table: (rows, content) for table, rows, content in cursor.fetchall()}
