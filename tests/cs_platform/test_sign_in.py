"""Signing in and out: who gets in, what is said, and when it locks."""

import pytest
from django.urls import reverse

from accounts.models import User

PASSWORD = "three brass lanterns"
LOCK_AFTER = 5


@pytest.fixture
def ines(db):
    return User.objects.create_user("ines@demo.example", PASSWORD, name="Ines", role="csm")


def _try(client, password, *, login="ines@demo.example", address="127.0.0.1"):
    return client.post(
        reverse("login"), {"login": login, "password": password}, REMOTE_ADDR=address
    )


def _is_signed_in(client):
    return "_auth_user_id" in client.session


def test_the_right_password_leads_to_the_first_page(client, ines):
    response = _try(client, PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.get("/").headers["Location"] == reverse("today")


def test_the_address_is_told_in_any_case(client, ines):
    _try(client, PASSWORD, login="INES@Demo.Example")
    assert _is_signed_in(client)


@pytest.mark.parametrize("login", ["ines@demo.example", "nobody@demo.example"])
def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(client, ines, login):
    page = _try(client, "wrong", login=login).content.decode()
    assert "E-mail and password do not match" in page
    assert not _is_signed_in(client)


def test_repeated_failures_lock_even_the_right_password(client, ines):
    for _ in range(LOCK_AFTER):
        _try(client, "wrong")
    response = _try(client, PASSWORD)
    assert not _is_signed_in(client)
    assert "locked for 30 minutes" in response.content.decode()


def test_a_lock_survives_another_address_for_the_same_person(client, ines):
    for _ in range(LOCK_AFTER):
        _try(client, "wrong")
    _try(client, PASSWORD, address="10.1.2.3")
    assert not _is_signed_in(client)


def test_the_demo_password_opens_nothing_outside_the_demo(client, ines, settings):
    ines.set_password("demo")
    ines.save(update_fields=["password"])
    _try(client, "demo")
    assert not _is_signed_in(client)
    settings.DEMO = True
    _try(client, "demo")
    assert _is_signed_in(client)


def test_a_disabled_person_stays_out_and_is_out_with_the_next_request(client, ines):
    _try(client, PASSWORD)
    User.objects.update(is_active=False)
    assert client.get(reverse("today")).status_code == 302
    _try(client, PASSWORD)
    assert client.get(reverse("today")).status_code == 302


def test_signing_out_takes_a_post(client, ines):
    _try(client, PASSWORD)
    client.get(reverse("logout"))
    assert _is_signed_in(client)
    client.post(reverse("logout"))
    assert not _is_signed_in(client)


def test_nobody_signs_up_alone(client, db):
    page = client.get("/auth/signup/").content.decode()
    client.post("/auth/signup/", {"email": "new@demo.example", "password1": PASSWORD})
    assert "closed" in page.lower()
    assert not User.objects.exists()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_the_way_back_stays_on_this_site(client, ines, target):
    response = client.post(
        reverse("login"),
        {"login": "ines@demo.example", "password": PASSWORD, "next": target},
    )
    assert "evil" not in response.headers.get("Location", "")
