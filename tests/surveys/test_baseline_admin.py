"""Baselines are read and set in admin: the days are chosen, the score is counted."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import User
from surveys.models import SurveyBaseline
from tests.surveys.answers import account_with_person, answer

pytestmark = pytest.mark.django_db
ADD, LIST = (reverse(f"admin:surveys_surveybaseline_{page}") for page in ("add", "changelist"))


@pytest.fixture
def ops(client):
    ops = User.objects.create_user("ops@demo.example", name="Otto", role="ops")
    client.force_login(ops)
    return ops


def days_ago(days):
    return clock.today() - timedelta(days=days)


def answered(*values, days, **fields):
    contact = account_with_person(f"a{days}")[1]
    for value in values:
        standing = 1 if value > 8 else 0 if value > 6 else -1
        at = clock.now() - timedelta(days=days)
        answer(contact, value, standing=standing, answered_at=at, **fields)


def said(first, final, key="nps"):
    return {"survey_key": key, "first_day": days_ago(first), "final_day": days_ago(final)}


def test_a_baseline_is_counted_listed_and_counted_anew(client, ops):
    answered(10, 10, 10, 9, 9, 9, 8, 7, 6, 0, days=30)
    answered(*[10] * 10, days=60)
    assert client.post(ADD, said(35, 25)).status_code == 302
    row = SurveyBaseline.objects.get()
    assert (row.value, row.favourable, row.neutral, row.unfavourable) == (Decimal(40), 6, 2, 2)
    assert row.set_by == ops
    page = client.get(LIST).content.decode()
    assert "40.00" in page
    assert "NPS" in page
    change = reverse("admin:surveys_surveybaseline_change", args=[row.pk])
    assert "Otto" in client.get(change).content.decode()
    dates = dict(client.get(change).context["adminform"].form.initial) | said(65, 25)
    assert client.post(change, dates).status_code == 302
    row.refresh_from_db()
    # Sixteen of twenty promoters, two detractors.
    assert (row.value, row.first_day) == (Decimal(70), days_ago(65))
    history = reverse("admin:surveys_surveybaseline_history", args=[row.pk])
    assert "70" in client.get(history).content.decode()


@pytest.mark.parametrize(
    ("first", "final", "key", "field"),
    [
        (35, 0, "nps", "final_day"), (25, 35, "nps", "final_day"), (10, 5, "nps", "final_day"),
        (35, 25, "nothing", "survey_key"), (35, 25, "", "survey_key"),
    ],
)  # fmt: skip
def test_what_is_no_baseline_says_why_and_sets_none(client, ops, first, final, key, field):
    answered(*[10] * 12, days=30)
    page = client.post(ADD, said(first, final, key))
    assert page.status_code == 200
    assert field in page.context["adminform"].form.errors
    assert not SurveyBaseline.objects.exists()


def test_a_survey_has_one_baseline_and_none_is_deleted(client, ops):
    answered(*[10] * 12, days=30)
    for _ in range(2):
        page = client.post(ADD, said(35, 25))
    assert page.status_code == 200
    row = SurveyBaseline.objects.get()
    delete = reverse("admin:surveys_surveybaseline_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    for day in ("0001-01-01", "9999-12-31", "x"):
        wrong = {"survey_key": "nps", "first_day": day, "final_day": day}
        assert client.post(ADD, wrong).status_code == 200
