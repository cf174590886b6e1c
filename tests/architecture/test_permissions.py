"""The permission matrix: every route as everybody, on own, team's, other's and missing objects."""

from pathlib import Path

import pytest
import yaml
from django.urls import reverse

from accounts.access import GRANTED, Right
from accounts.models import Installation
from cs_platform.checks import GUARDED_PREFIXES, routes
from tests.permission_house import ACTORS, OBJECTS, ROLES, build_house, everything_stored
from tests.permission_objects import make_object

MATRIX = yaml.safe_load((Path(__file__).parent.parent / "permissions.yaml").read_text())
PAGES = MATRIX["pages"]
REACH = MATRIX["reach"]


def _our_routes():
    return [
        (name, entry)
        for name, address, entry in routes()
        if not address.startswith(GUARDED_PREFIXES)
    ]


def test_every_route_is_in_the_matrix():
    assert {name for name, _ in _our_routes()} == set(PAGES)


def test_every_page_asks_for_the_right_in_the_matrix():
    asked = {name: str(getattr(entry.callback, "right", "open")) for name, entry in _our_routes()}
    assert asked == {name: page["right"] for name, page in PAGES.items()}


def _has_right(actor, right):
    if right == "open":
        return True
    if right == "signed_in":
        return actor != "anonymous"
    return actor in {str(role) for role in GRANTED[Right(right)]}


def _expected_get(page, actor, place, read):
    if actor == "anonymous" and page["right"] != "open":
        return 302
    if not _has_right(actor, page["right"]):
        return 403
    if "get" in page:  # only posted to: refused before anything is looked up
        return page["get"]
    if "args" in page and (place == "missing" or place not in REACH[read][actor]):
        return 404
    if actor != "anonymous" and "signed_in_answer" in page:
        return page["signed_in_answer"]
    if actor == "no_role" and page["right"] == "signed_in" and "no_role_answer" in page:
        return page["no_role_answer"]
    return page.get("answer", 200)


def _expected_post(page, actor, place):
    if actor == "anonymous":
        return 302
    if not _has_right(actor, page["right"]):
        return 403
    if "args" not in page:
        return page.get("post_answer", 302)
    if place == "missing" or place not in REACH["read"][actor]:
        return 404
    if place not in REACH["change"][actor]:
        return 403
    return page.get("post_answer", 302)


def _address(name, page, house, place):
    arguments = {
        argument: make_object(kind, house=house, place=place)
        for argument, kind in page.get("args", {}).items()
    }
    return reverse(name, kwargs=arguments | page.get("fixed", {}))


def _sign_in(client, house, actor):
    if actor != "anonymous":
        client.force_login(house.people[actor], backend="django.contrib.auth.backends.ModelBackend")


def _places(page):
    return OBJECTS if "args" in page else ("own",)


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", PAGES)
def test_reading_answers_as_the_matrix_says(client, name, actor):
    page, house = PAGES[name], build_house()
    addresses = {place: _address(name, page, house, place) for place in _places(page)}
    _sign_in(client, house, actor)
    before = everything_stored()
    for place, address in addresses.items():
        response = client.get(address)
        assert response.status_code == _expected_get(page, actor, place, "read"), (place, address)
        if response.status_code in (403, 404):
            assert b"secret-" not in response.content, f"{address} leaks to {actor}"
    assert everything_stored() == before, "looking changed something"


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ROLES)
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if "args" in page])
def test_strict_books_hide_the_team_mates_accounts(client, name, actor):
    page, house = PAGES[name], build_house()
    Installation.objects.update(visibility="own")
    address = _address(name, page, house, "team")
    _sign_in(client, house, actor)
    expected = _expected_get(page, actor, "team", "read_when_own")
    assert client.get(address).status_code == expected


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if "post" in page])
def test_changing_answers_as_the_matrix_says_and_refusal_changes_no_row(client, name, actor):
    page, house = PAGES[name], build_house()
    addresses = {place: _address(name, page, house, place) for place in _places(page)}
    _sign_in(client, house, actor)
    for place, address in addresses.items():
        before = everything_stored()
        response = client.post(address, page["post"] or {})
        expected = _expected_post(page, actor, place)
        assert response.status_code == expected, (place, address)
        if expected in (403, 404) or actor == "anonymous":
            assert everything_stored() == before, f"a refused POST to {address} changed a row"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        name
        for name, page in PAGES.items()
        if "post" not in page and page["right"] != "open" and name != "logout"
    ],
)
def test_pages_that_only_show_refuse_to_be_posted_to(client, name):
    page, house = PAGES[name], build_house()
    _sign_in(client, house, "ops")
    assert client.post(_address(name, page, house, "own")).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page["right"] != "open"])
def test_a_part_asked_for_after_sign_out_takes_the_window_to_the_log_in(client, name):
    page, house = PAGES[name], build_house()
    response = client.get(_address(name, page, house, "own"), headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"][:7]) == (401, "/login/")


@pytest.mark.django_db
def test_a_demoted_person_loses_the_right_with_the_next_request(client):
    house = build_house()
    _sign_in(client, house, "executive")
    assert client.get(reverse("executive")).status_code == 200
    type(house.people["executive"]).objects.filter(role="executive").update(role="csm")
    assert client.get(reverse("executive")).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ACTORS)
def test_django_admin_is_the_room_of_cs_ops(client, actor):
    house = build_house()
    _sign_in(client, house, actor)
    status = client.get(reverse("admin:index"), follow=True).status_code
    assert status == (200 if actor in ("ops", "anonymous") else 403)


@pytest.mark.django_db
def test_every_admin_list_and_form_opens_for_cs_ops_and_nobody_else(client):
    house = build_house()
    names = [
        name
        for name, address, _ in routes()
        if name.startswith("admin:") and name.endswith(("_changelist", "_add"))
    ]
    assert len(names) > 20
    answers = {}
    for actor in ("ops", "csm", "manager", "executive"):
        _sign_in(client, house, actor)
        answers[actor] = {client.get(reverse(name), follow=True).status_code for name in names}
    assert answers["ops"] <= {200, 403}
    assert {*answers["csm"], *answers["manager"], *answers["executive"]} == {403}
