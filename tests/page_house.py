"""A small installation frozen on a day: the permission house, scored accounts, tasks and a play."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Installation, TeamMember, User
from health.models import CurrentHealth, HealthScore
from health.queries.scorecards import Card, in_force
from health.scoring import evaluate
from playbooks.models import Play, Playbook, PlayStart, Task
from tests.cards import install_cards, install_playbooks
from tests.permission_house import House, build_house

DAY = date(2025, 3, 14)  # a Friday
NOW = datetime(2025, 3, 14, 23, 59, 59, tzinfo=UTC)

# Raw values that score; what is not named here is 0.
GOOD = {
    "login_frequency": 14.0,
    "users_active": 0.7,
    "core_feature_depth": 0.8,
    "usage_trend": 0.1,
    "defect_share": 0.1,
    "days_to_resolution": 2.0,
    "arr_movement": 0.1,
    "commercial_conversations_90d": 2.0,
    "champions": 2.0,
    "days_since_executive": 60.0,
    "days_since_conversation": 12.0,
    "levels_engaged_180d": 3.0,
    "core_features_used_30d": 6.0,
    "expansion_conversations_180d": 1.0,
}
POOR = {
    **GOOD,
    "login_frequency": 3.0,
    "users_active": 0.1,
    "usage_trend": -0.4,
    "ticket_load": 7.0,
    "defect_share": 0.8,
    "days_to_resolution": 20.0,
    "arr_movement": -0.2,
    "champions": 0.0,
}


@pytest.fixture
def house(db: None) -> House:
    Installation.objects.update_or_create(pk=1, defaults={"name": "Acme", "as_of": DAY})
    return build_house()


@pytest.fixture
def card(db: None) -> Card:
    install_cards(now=NOW - timedelta(days=400))
    return in_force()["four_inputs"]


@pytest.fixture
def account(house: House) -> Account:
    return house.accounts["own"]


@pytest.fixture
def csm(client: Client, house: House) -> User:
    """Signed in."""
    sign_in(client, house.people["csm"])
    return house.people["csm"]


def remove_accounts() -> None:
    """With whoever serves them: an account that has a team is kept otherwise."""
    TeamMember.objects.all().delete()
    Account.objects.all().delete()


def sign_in(client: Client, person: User) -> None:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def open_tab(client: Client, name: str, account: Account, **query: object) -> HttpResponse:
    return client.get(reverse(name, args=[account.external_id]), query)


def judge(account: Account, card: Card, *, raw: dict[str, float], day: date = DAY) -> HealthScore:
    """Keeps a score as scoring would, from raw values."""
    values = [float(raw.get(key, 0.0)) for key in card.spec.raw_keys]
    found = evaluate(card.spec, np.array([values]))
    score = None if found.score[0] < 0 else Decimal(int(found.score[0])) / 100
    return HealthScore.objects.create(
        account=account,
        day=day,
        scorecard_id=card.id,
        score=score,
        band=band_of(score),
        confidence=Decimal(int(found.confidence[0])) / 100,
        raw=values,
        readings=[int(value) for value in found.readings[0]],
        weights=[round(float(value) * 10_000) for value in found.weights[0]],
        components=[int(value) for value in found.components[0]],
        gate_hits=sum(1 << i for i, hit in enumerate(found.gate_hits[0]) if hit),
        computed_at=NOW,
    )


def band_of(score: Decimal | None) -> str:
    if score is None:
        return "unscored"
    return "healthy" if score >= 75 else "watch" if score >= 50 else "intervene"


def show_present(stored: HealthScore, *, week_change: Decimal | None = None) -> CurrentHealth:
    spark = [-1] * 89 + [-1 if stored.score is None else int(stored.score * 100)]
    return CurrentHealth.objects.create(
        account_id=stored.account_id,
        day=stored.day,
        scorecard_id=stored.scorecard_id,
        score=stored.score,
        band=stored.band,
        effective_band=stored.band,
        at_risk=stored.band == "intervene",
        confidence=stored.confidence,
        week_change=week_change,
        components=stored.components,
        component_bands=[0] * len(stored.components),
        spark=spark,
        computed_at=NOW,
    )


def add_task(account: Account, owner: User | None, *, title: str, due: datetime = NOW) -> Task:
    return Task.objects.create(
        account=account,
        title=title,
        channel="call",
        owner=owner,
        opened_at=NOW - timedelta(days=3),
        due_at=due,
        why="The score fell from 76 to 48.",
    )


def open_play(account: Account, owner: User) -> Play:
    """The first step is a task, the rest are ahead."""
    install_playbooks(now=NOW - timedelta(days=300))
    playbook = Playbook.objects.get(key="watch_to_intervene", state="published")
    start = PlayStart.objects.create(
        account=account,
        playbook=playbook,
        playbook_key=playbook.key,
        result="started",
        decided_at=NOW,
    )
    play = Play.objects.create(
        account=account,
        playbook=playbook,
        playbook_key=playbook.key,
        family=playbook.family,
        severity=playbook.severity,
        start=start,
        why="The score fell from 76 to 48.",
        opened_at=NOW,
        opened_day=DAY,
    )
    step = playbook.steps.order_by("position")[0]
    Task.objects.create(
        account=account,
        play=play,
        step=step,
        title=step.title,
        channel=step.channel,
        owner=owner,
        opened_at=NOW,
        due_at=NOW + timedelta(days=1),
    )
    return play
