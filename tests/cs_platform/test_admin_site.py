"""The admin reads as the platform does, and nothing in it fails."""

from datetime import UTC, datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import formats

from accounts.models import Installation, User
from tests.fresh_sign_in import sign_in_freshly


@pytest.fixture
def ops(client, db):
    user = User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")
    sign_in_freshly(client, user)
    return client


def test_days_are_written_so_that_nobody_mistakes_the_month():
    moment = datetime(2026, 11, 2, 16, 5, tzinfo=UTC)
    assert formats.date_format(moment.date()) == "2 Nov 2026"
    assert formats.localize(moment) == "2 Nov 2026, 16:05"
    assert formats.sanitize_separators("1") == "1"


def test_no_address_of_the_admin_fails_for_a_type_without_a_table(ops):
    for content_type in ContentType.objects.all():
        response = ops.get(f"/admin/r/{content_type.pk}/1/")
        assert response.status_code in (301, 302, 404), content_type
        assert ops.get(f"/admin/r/{content_type.pk}/1/", follow=True).status_code == 404


def installation(**changes):
    defaults = {"name": "Acme", "time_zone": "Pacific/Auckland", "currency": "USD"}
    hours = {"working_days": ["1", "2"], "opens_at": "09:00", "closes_at": "18:00"}
    hours |= {"renewal_lead": "csm", "expansion_lead": "csm", "language": "en"}
    return defaults | hours | {"visibility": "team", "overdue_grace_days": "32767"} | changes


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2100-01-01", "9999-12-31"])
def test_today_is_not_frozen_where_the_calendar_ends(ops, day):
    Installation.objects.get_or_create(pk=1)
    response = ops.post("/admin/accounts/installation/1/change/", installation(as_of=day))

    assert "Choose a day from 1990 to 2099." in response.content.decode()
    assert Installation.objects.get().as_of is None


@pytest.mark.parametrize("day", ["1990-01-01", "2099-12-31"])
def test_every_page_stands_wherever_today_is_frozen(ops, day):
    Installation.objects.get_or_create(pk=1)
    ops.post("/admin/accounts/installation/1/change/", installation(as_of=day))

    assert str(Installation.objects.get().as_of) == day
    for page in ("today", "portfolio", "executive", "imports", "ops"):
        assert ops.get(reverse(page)).status_code == 200, page


def test_what_is_tuned_comes_before_what_is_recorded(ops):
    apps = [app["app_label"] for app in ops.get(reverse("admin:index")).context["app_list"]]

    assert apps == ["health", "playbooks", "metrics", "surveys", "accounts"]


def test_what_the_admin_lists_is_called_as_people_call_it(ops):
    page = ops.get(reverse("admin:index")).content.decode()

    assert ">API keys</a>" in page
    assert ">Installation</a>" in page
    assert "Installations" not in page
