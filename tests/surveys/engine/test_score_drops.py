"""CS ops and the managers hear of a survey that scores lower, once a week."""

from datetime import timedelta

import pytest

from accounts.models import OutboxMessage, User
from surveys.engine.score_drops import tell_of_drops
from tests.surveys.answers import NOW, account_with_person, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    for role in ("ops", "manager", "executive"):
        User.objects.create_user(f"{role}@demo.example", name=role, role=role)
    User.objects.create_user("gone@demo.example", name="gone", role="ops", is_active=False)


def answered(value, standing, *, accounts, days_ago):
    for number in range(accounts):
        name = f"a-{days_ago}-{number}"
        _, person = account_with_person(name)
        at = NOW - timedelta(days=days_ago)
        answer(person, value, standing=standing, answered_at=at, external_id=f"R-{name}")


def notices():
    rows = OutboxMessage.objects.filter(key__startswith="survey_drop:").order_by("key")
    return [(row.user.role, row.subject, row.link) for row in rows]


def test_a_significant_drop_is_told_once_a_week(people):
    answered(10, 1, accounts=30, days_ago=120)
    answered(2, -1, accounts=30, days_ago=10)
    assert tell_of_drops(now=NOW) == 1
    said = ("NPS fell by 200.0 points", "/surveys/nps/?days=90")
    told = [("manager", *said), ("ops", *said)]
    assert sorted(notices()) == told
    # 14 March 2025 is a Friday: Sunday is of the same week, Monday of the next.
    tell_of_drops(now=NOW + timedelta(days=2))
    assert sorted(notices()) == told
    tell_of_drops(now=NOW + timedelta(days=3))
    assert len(notices()) == 4


def test_what_chance_explains_and_what_rises_is_not_told(people):
    answered(10, 1, accounts=6, days_ago=120)
    answered(2, -1, accounts=6, days_ago=10)
    assert tell_of_drops(now=NOW) == 0
    answered(2, -1, accounts=30, days_ago=121)
    answered(10, 1, accounts=40, days_ago=11)
    assert tell_of_drops(now=NOW) == 0
    assert notices() == []
