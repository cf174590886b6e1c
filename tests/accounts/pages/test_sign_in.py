"""Signing in and out: who gets in, what is said, and when it locks."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from accounts.work import outbox

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
    assert "signing in is locked" in response.content.decode()


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
    refused = _try(client, PASSWORD)
    assert "E-mail and password do not match" in refused.content.decode()
    assert client.get(reverse("today")).status_code == 302


def test_signing_out_takes_a_post(client, ines):
    _try(client, PASSWORD)
    client.get(reverse("logout"))
    assert _is_signed_in(client)
    client.post(reverse("logout"))
    assert not _is_signed_in(client)


# Every page of the library that holds one of these doors open would be a page nobody designed.
NOT_OURS = (
    "signup/",
    "inactive/",
    "email/",
    "confirm-email/",
    "confirm-email/a-key/",
    "logout/",
    "login/code/confirm/",
    "reauthenticate/",
    "",
)


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("page", NOT_OURS)
def test_pages_of_the_library_that_nobody_needs_are_not_there(client, ines, page, signed_in):
    if signed_in:
        _try(client, PASSWORD)
    answers = [client.get(f"/auth/{page}"), client.post(f"/auth/{page}", {"email": "new@x.test"})]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert User.objects.count() == 1


def test_a_person_changes_the_password_and_stays_signed_in_here_only(client, ines):
    elsewhere = Client()
    for browser in (client, elsewhere):
        _try(browser, PASSWORD)
    address = reverse("account_change_password")
    new = PASSWORD[::-1]
    wrong = client.post(address, {"oldpassword": "wrong", "password1": new, "password2": new})
    assert "current password" in wrong.content.decode()
    done = client.post(address, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (done.status_code, done.headers["Location"]) == (302, reverse("home"))
    page = client.get(done.headers["Location"], follow=True)
    assert "Your password is changed." in page.content.decode()
    assert elsewhere.get(reverse("today")).status_code == 302


def test_too_many_forms_are_refused_on_a_page_of_ours(client, db):
    answers = [
        client.post(reverse("account_reset_password"), {"email": f"a{number}@x.test"})
        for number in range(21)
    ]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    page = answers[-1].content.decode()
    assert "cs_platform/joined/platform.css" in page
    assert "wait a minute" in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_the_way_back_stays_on_this_site(client, ines, target):
    response = client.post(
        reverse("login"),
        {"login": "ines@demo.example", "password": PASSWORD, "next": target},
    )
    assert "evil" not in response.headers.get("Location", "")


def test_fields_come_in_the_order_in_which_they_are_filled(client, db):
    page = client.get(reverse("login")).content.decode()
    places = [page.index(mark) for mark in ('id="id_login"', 'id="id_password"', 'type="submit"')]
    assert [*places, page.index("Forgotten")] == sorted([*places, page.index("Forgotten")])


@pytest.mark.parametrize("step", ["in", "out"])
def test_signing_in_and_out_is_no_news(client, ines, step):
    _try(client, PASSWORD)
    if step == "out":
        client.post(reverse("logout"))
        _try(client, PASSWORD)
    page = client.get(reverse("today"))
    assert [str(message) for message in page.context["messages"]] == []


def test_a_forgotten_password_is_set_anew_in_our_words(client, ines, mailoutbox):
    asked = client.get(reverse("account_reset_password")).content.decode()
    assert ("E-mail</label>" in asked, "autofocus" in asked) == (True, True)
    sent = client.post(reverse("account_reset_password"), {"email": ines.email}, follow=True)
    assert outbox.send_due(now=clock.now()) == 1
    (mail,) = mailoutbox
    assert mail.subject == "Set a new password"
    link = next(word for word in mail.body.split() if word.startswith("http"))
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    passwords = {"password1": PASSWORD * 2, "password2": PASSWORD * 2}
    done = client.post(address, passwords, follow=True)
    used = client.get(link, follow=True)
    pages = [asked, *(page.content.decode() for page in (sent, form, done, used))]
    for page in pages:
        assert not re.search("Password Reset|Email|contact us|Bad Token|Change Password", page)
        assert "sign in" in page.lower()
    _try(client, PASSWORD * 2)
    assert _is_signed_in(client)
