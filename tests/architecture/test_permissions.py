"""The permission matrix: every route with every method as everybody, on every object.

Sessions are signed cookies here: what is asked is what somebody may do, not where it is kept.
"""

import logging
from datetime import timedelta
from types import ModuleType

import pytest
from django.core.checks.registry import registry
from django.http import HttpResponse, HttpResponseForbidden
from django.urls import path, reverse
from django.views import View
from rest_framework.views import APIView

from accounts.access import Right, requires
from accounts.api.visitors import RefusalThrottle
from accounts.models import Holiday
from cs_platform import urls
from cs_platform.runtime.checks import every_route_declares_its_right
from tests.permission_asking import Asker
from tests.permission_house import ACTORS, EVERY_KIND, KEYS, build_house, make_keys
from tests.permission_matrix import ROWS, Cell, cells, unlike_the_matrix
from tests.permission_records import DAY

AT_LEAST = 20_000


@pytest.fixture(autouse=True)
def unhurried(settings, monkeypatch):
    """No row of a session at each request, no end of a key's allowance, no line of a refusal."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.API_RATE = 0
    monkeypatch.setattr(RefusalThrottle, "THROTTLE_RATES", {"refused_token": None})
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_route_has_a_row_and_asks_for_the_right_of_it():
    assert unlike_the_matrix() == []


def test_nothing_starts_with_a_route_that_declares_no_right():
    assert every_route_declares_its_right in registry.get_checks()
    assert every_route_declares_its_right() == []


def test_the_matrix_is_as_large_as_the_platform():
    assert sum(1 for actor in (*ACTORS, *KEYS) for _ in cells(actor)) >= AT_LEAST


@pytest.mark.django_db
@pytest.mark.parametrize("actor", [*ACTORS, EVERY_KIND])
def test_every_cell_answers_as_the_matrix_says(actor):
    assert Asker(build_house(), actor, tokens=make_keys()).problems() == []


@pytest.mark.django_db
def test_every_other_key_is_let_in_by_its_scope_only():
    house, tokens = build_house(), make_keys()
    for actor in KEYS:
        if actor != EVERY_KIND:
            assert Asker(house, actor, tokens=tokens).problems() == []


class Open(View):
    def get(self, request):
        return HttpResponse("open")


class OpenEndpoint(APIView):
    permission_classes = ()


def plant(settings, address, view, name="planted"):
    """The platform's addresses, and before them one more."""
    planted = ModuleType("planted")
    planted.__dict__.update(vars(urls))
    planted.urlpatterns = [path(address, view, name=name), *urls.urlpatterns]
    settings.ROOT_URLCONF = planted


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ("admin/health/scorecard/open/", Open.as_view()),
        ("api/v1/open/", OpenEndpoint.as_view()),
        ("api/v1/bulk/open/", Open.as_view()),
        ("auth/open/", Open.as_view()),
        ("open/", Open.as_view()),
    ],
)
def test_an_open_route_fails_wherever_it_lies(settings, address, view):
    plant(settings, address, view)

    [error] = every_route_declares_its_right()
    assert (error.id, repr(address) in error.msg) == ("cs_platform.E001", True)
    assert unlike_the_matrix() == [f"no row has the route planted ({address})"]


def test_a_route_below_the_api_that_says_nothing_of_keys_fails_although_it_is_closed(settings):
    plant(settings, "api/v1/closed/", APIView.as_view())

    assert len(every_route_declares_its_right()) == 1


def test_an_address_of_the_admin_that_its_class_forgot_to_wrap_fails(settings, monkeypatch):
    def forgetful(self):
        return [path("open/", Open.as_view(), name="planted")]

    monkeypatch.setattr("accounts.admin.people.TeamAdmin.get_urls", forgetful)
    settings.ROOT_URLCONF = fresh_admin()

    assert len(every_route_declares_its_right()) == 1
    assert "no row has the route admin:planted (admin/accounts/team/open/)" in unlike_the_matrix()


def fresh_admin():
    """The admin's addresses as its classes give them now."""
    planted = ModuleType("planted")
    planted.urlpatterns = [path("admin/", urls.admin.site.urls)]
    return planted


def test_a_route_that_asks_for_another_right_than_its_row_is_named(settings):
    plant(settings, "ops/", requires(Right.VIEW_ACCOUNTS)(Open.as_view()), name="ops")

    assert unlike_the_matrix() == ["ops (ops/) asks for view_accounts, not for administer"]


@pytest.mark.django_db
def test_a_refusal_that_changes_a_row_is_named(settings):
    def careless(request):
        Holiday.objects.create(day=DAY + timedelta(days=Holiday.objects.count()), name="planted")
        return HttpResponseForbidden()

    plant(settings, "ops/nights/", careless)
    asker = Asker(build_house(), "csm", tokens=make_keys())
    asker.cells = [cell for cell in asker.cells if cell.route in ("ops_dirty", "ops_nights")]

    named = {Cell("ops_nights", method, "csm") for method in ("GET", "POST", "DELETE")}
    assert {f"{cell} changed a row" for cell in named} <= set(asker.problems())


@pytest.mark.django_db
def test_a_part_asked_for_after_sign_out_takes_the_window_to_the_log_in(client):
    asker = Asker(build_house(), "anonymous", tokens=make_keys())
    pages = [
        name for name, row in ROWS.items() if row["room"] == "pages" and row["right"] != "open"
    ]
    for name in pages:
        address = asker.address_of(Cell(name, "GET", "anonymous"))
        response = client.get(address, headers={"HX-Request": "true"})
        led_to = response.headers.get("HX-Redirect", "")[:7]
        assert (response.status_code, led_to) == (401, "/login/"), name


@pytest.mark.django_db
def test_a_demoted_person_loses_the_right_with_the_next_request(client):
    house = build_house()
    client.force_login(
        house.people["executive"], backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(reverse("executive")).status_code == 200
    type(house.people["executive"]).objects.filter(role="executive").update(role="csm")
    assert client.get(reverse("executive")).status_code == 403
