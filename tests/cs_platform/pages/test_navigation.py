"""What stands around every page: rail, theme, error pages, the pages before sign-in."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User


@pytest.fixture
def person(client, db):
    person = User.objects.create_user("mira@demo.example", name="Mira Quell", role="csm")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


RAILS = {
    "csm": ["Today", "Portfolio", "Tasks", "Playbooks", "Mail", "Surveys"],
    "manager": [
        "Today",
        "Portfolio",
        "Tasks",
        "Playbooks",
        "Mail",
        "Surveys",
        "Executive",
        "Compliance",
    ],
    "executive": ["Portfolio", "Tasks", "Playbooks", "Mail", "Surveys", "Executive", "Compliance"],
    "ops": [
        "Today",
        "Portfolio",
        "Tasks",
        "Playbooks",
        "Mail",
        "Surveys",
        "Executive",
        "Compliance",
        "Operations",
        "Imports",
        "Admin",
    ],
    None: [],
}


@pytest.mark.parametrize("role", RAILS)
def test_the_rail_holds_the_pages_of_the_role(client, person, role):
    person.role = role
    person.save(update_fields=["role"])
    context = client.get("/nowhere/").context
    assert [item.word for item in context["rail"]] == RAILS[role]


def test_the_rail_marks_where_one_is(client, person):
    rail = client.get(reverse("portfolio")).context["rail"]
    assert [item.word for item in rail if item.is_current] == ["Portfolio"]


def test_the_frame_names_the_person(client, person):
    assert "Mira Quell: account menu" in client.get(reverse("today")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login/", "/auth/password/reset/", "/auth/password/reset/done/"])
def test_pages_before_sign_in_are_drawn_by_us_and_show_no_rail(client, path):
    html = client.get(path).content.decode()
    assert "cs_platform/joined/platform.css" in html
    assert 'class="rail"' not in html


@pytest.mark.django_db
def test_the_log_in_keeps_where_the_person_was_going(client):
    html = client.get("/login/", {"next": "/portfolio/?sort=-arr"}).content.decode()
    assert 'name="next" value="/portfolio/?sort=-arr"' in html


@pytest.mark.django_db
def test_a_chosen_theme_is_there_from_the_first_byte(client):
    client.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in client.get("/login/").content.decode()


@pytest.mark.django_db
def test_a_theme_nobody_offers_is_ignored(client):
    client.cookies["theme"] = "loud"
    assert '<html lang="en">' in client.get("/login/").content.decode()


def test_a_missing_page_offers_the_way_back(client, person):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


def test_a_page_of_another_role_says_whom_to_ask(client, person):
    response = client.get(reverse("executive"))
    assert response.status_code == 403
    assert "Your role does not open this page" in response.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_says_what_happened():
    response = Client(enforce_csrf_checks=True).post("/login/", {})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_a_failure_has_a_page_that_needs_no_database(client, person, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("cs_platform.pages.today.views.moves_since_yesterday", fail)
    client.raise_request_exception = False
    response = client.get(reverse("today"))
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()
