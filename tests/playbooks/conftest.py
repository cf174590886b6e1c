"""A small house: Alice and Bob in the north, led by Mona; Eva the executive; Otto of CS ops."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from accounts.catalogue import Role
from accounts.models import Account, Function, Pool, Signal, Team, TeamMember, User
from health.models import CurrentHealth, Scorecard, SourceFeed
from playbooks.engine import fire_signals
from playbooks.models import PlayStart, Task
from tests.cards import install_playbooks
from tests.crossings import a_crossing
from tests.emitting import emitted

# A Friday, in an installation that counts days in UTC.
NOW = datetime(2025, 3, 14, 8, 0, tzinfo=UTC)
FALLS = {
    "watch": ("healthy", "watch", "76.10", "71.40"),
    "intervene": ("watch", "intervene", "55.00", "48.00"),
    "line:40": ("above", "below", "48.00", "35.00"),
    "line:20": ("above", "below", "35.00", "15.00"),
}


@dataclass
class House:
    people: dict[str, User]
    scorecard: Scorecard
    accounts: dict[str, Account] = field(default_factory=dict)
    rung: int = 0

    def account(self, name: str = "acme", **columns) -> Account:
        columns = {"owner": self.people["alice"], "arr_minor": 100_000_00} | columns
        self.accounts[name] = Account.objects.create(external_id=name, name=name, **columns)
        return self.accounts[name]

    def joins(self, account: Account, name: str, function: str, **columns) -> TeamMember:
        """On the team of the account, since long ago."""
        return TeamMember.objects.create(
            account=account,
            person=self.people[name],
            function=Function.objects.get(key=function),
            **{"since": NOW.date() - timedelta(days=90)} | columns,
        )

    def stands(self, account: Account, score: str | None, band: str):
        CurrentHealth.objects.update_or_create(
            account=account,
            defaults={
                "day": NOW.date(),
                "scorecard": self.scorecard,
                "score": None if score is None else Decimal(score),
                "band": band,
                "effective_band": band,
                "confidence": 100,
                "components": [],
                "component_bands": [],
                "spark": [],
                "computed_at": NOW,
            },
        )

    def falls(self, account: Account, into: str, *, at: datetime = NOW, **changes) -> Signal:
        """Rings as scoring does, and leaves the account where it fell."""
        before, after, previous, score = FALLS[into]
        line = Decimal(into.removeprefix("line:")) if into.startswith("line:") else None
        self.stands(account, score, after if line is None else "intervene")
        told = {"before": before, "after": after, "score": score, "previous": previous}
        return self.crosses(account, at=at, **told | {"line": line} | changes)

    def crosses(self, account: Account, *, at: datetime = NOW, **told) -> Signal:
        payload = a_crossing(**{"day": at.date()} | told).to_json()
        return self.rings(account, "health.crossed", at=at, **payload)

    def rings(self, account: Account, kind: str, *, at: datetime = NOW, **payload) -> Signal:
        self.rung += 1
        return emitted(account, kind, key=str(self.rung), at=at, **payload)


@pytest.fixture
def house(db) -> House:
    north = Team.objects.create(name="North")

    def person(name, role, **columns):
        return User.objects.create_user(f"{name}@demo.example", name=name, role=role, **columns)

    people = {
        "alice": person("alice", Role.CSM, team=north),
        "bob": person("bob", Role.CSM, team=north),
        "mona": person("mona", Role.MANAGER),
        "eva": person("eva", Role.EXECUTIVE),
        "otto": person("otto", Role.OPS),
    }
    north.managers.add(people["mona"])
    install_playbooks(now=NOW - timedelta(days=300))
    scorecard = Scorecard.objects.create(
        key="test", version=1, name="Test", created_at=NOW - timedelta(days=400)
    )
    return House(people, scorecard)


@pytest.fixture
def feed(db):
    """Usage comes in, up to the day before."""
    first, latest = date(2024, 1, 1), NOW.date() - timedelta(days=1)
    return SourceFeed.objects.create(source="usage", first_day=first, latest_day=latest)


@pytest.fixture
def save_team(house):
    pool = Pool.objects.create(name="Save team")
    Function.objects.filter(key="save_team").update(pool=pool)
    pool.members.add(house.people["bob"])
    return pool


def fire(now=NOW, limit=500):
    return fire_signals(limit=limit, now=now)


def starts():
    rows = PlayStart.objects.order_by("pk")
    return [(start.playbook_key, start.result, start.reason) for start in rows]


def tasks():
    rows = Task.objects.order_by("due_at", "pk")
    return [(task.title, task.owner and task.owner.name, task.due_at) for task in rows]


def drain():
    while fire_signals(limit=7, now=NOW):
        pass


@pytest.fixture
def fallen(house):
    for number in range(30):
        account = house.account(f"a{number:02}", arr_minor=number)
        house.falls(account, "intervene", before="healthy")
        if number % 3 == 0:
            house.falls(account, "line:40")
    return house


@contextmanager
def meanwhile(work):
    """Runs `work` in another connection and waits for it."""
    thread = threading.Thread(target=lambda: (work(), connection.close()))
    thread.start()
    yield
    thread.join()
