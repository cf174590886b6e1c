"""Who guesses is locked out, stays so, and locks nobody else out."""

import re

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from accounts.pages.sign_in import known_devices
from accounts.work import outbox

PASSWORD = "three brass lanterns"
LOCK_AFTER = 5
OUTSIDE = "203.0.113.9"


@pytest.fixture
def ola(db):
    return User.objects.create_user("ola@demo.example", PASSWORD, name="Ola", role="ops")


def attempt(client, password, *, login="ola@demo.example", address="198.51.100.1"):
    form = {"login": login, "password": password}
    return client.post(reverse("login"), form, REMOTE_ADDR=address)


def gets_in(client, **kwargs):
    attempt(client, kwargs.pop("password", PASSWORD), **kwargs)
    return "_auth_user_id" in client.session


def lock(client=None, **kwargs):
    for _ in range(LOCK_AFTER):
        attempt(client or Client(), "wrong", **{"address": OUTSIDE} | kwargs)


@pytest.fixture
def desk(ola):
    """A browser in which Ola has signed in before."""
    client = Client()
    assert gets_in(client)
    client.post(reverse("logout"))
    return client


def test_a_lock_outlives_any_number_of_forgotten_passwords(ola):
    lock()
    for number in range(200):
        form = {"email": f"nobody{number}@demo.example"}
        sent = Client().post(
            reverse("account_reset_password"), form, REMOTE_ADDR=f"10.0.{number}.1"
        )
        assert sent.status_code == 302
    assert not gets_in(Client())


def test_a_lock_outlives_thousands_of_other_entries_and_the_expired_go(ola):
    lock()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cs_cache (cache_key, value, expires)"
            " SELECT 'zz' || n, '', now() + interval '1 hour' FROM generate_series(1, 5000) n"
            " UNION ALL"
            " SELECT 'aa' || n, '', now() - interval '1 hour' FROM generate_series(1, 50) n"
        )
        for number in range(20):
            cache.set(f"further{number}", number)
        cursor.execute(
            "SELECT count(*) FILTER (WHERE cache_key LIKE 'zz%'),"
            " count(*) FILTER (WHERE cache_key LIKE 'aa%') FROM cs_cache"
        )
        assert cursor.fetchone() == (5_000, 0)
    assert not gets_in(Client())


def test_another_name_of_the_server_gives_no_further_guesses(ola, settings):
    settings.ALLOWED_HOSTS = ["one.test", "two.test"]
    for _ in range(LOCK_AFTER):
        form = {"login": ola.email, "password": "wrong"}
        Client().post(reverse("login"), form, headers={"host": "one.test"})
    form = {"login": ola.email.upper(), "password": PASSWORD}
    answer = Client().post(reverse("login"), form, headers={"host": "two.test"})
    assert "signing in is locked" in answer.content.decode()


def test_a_guesser_elsewhere_does_not_keep_a_person_out_of_their_own_browser(ola, desk):
    lock()
    assert not gets_in(Client())
    assert gets_in(desk, login="OLA@demo.example")


def test_a_guesser_at_the_same_network_address_does_not_either(ola, desk):
    for number in range(25):
        attempt(Client(), "wrong", login=f"nobody{number}@demo.example", address=OUTSIDE)
    assert not gets_in(Client(), address=OUTSIDE)
    assert gets_in(desk, address=OUTSIDE)


def test_a_known_browser_has_a_limit_of_its_own(ola, desk):
    lock(desk)
    assert not gets_in(desk)
    assert gets_in(Client())


def test_a_known_browser_of_one_person_is_none_of_another(ola, desk):
    User.objects.create_user("eva@demo.example", PASSWORD, name="Eva", role="csm")
    lock(login="eva@demo.example")
    assert not gets_in(desk, login="eva@demo.example")


@pytest.mark.parametrize("cookie", ["1", "1:abc:def", "", "x" * 5_000])
def test_a_made_up_cookie_makes_no_browser_known(ola, cookie):
    lock()
    client = Client()
    client.cookies[known_devices.COOKIE] = cookie
    assert not gets_in(client)


def test_the_cookie_is_for_the_server_alone(ola):
    answer = attempt(Client(), PASSWORD)
    cookie = answer.cookies[known_devices.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert known_devices.COOKIE not in attempt(Client(), "wrong").cookies


def test_what_a_locked_out_person_is_told_lets_them_in(ola, mailoutbox):
    visitor = Client()
    lock(visitor)
    told = attempt(visitor, PASSWORD, address=OUTSIDE).content.decode()
    assert "set a new password by “Forgotten your password?”" in told
    assert "Forgotten your password?</a>" in told

    visitor.post(reverse("account_reset_password"), {"email": ola.email})
    assert outbox.send_due(now=clock.now()) == 1
    (link,) = re.findall(r"https?://\S+", mailoutbox[0].body)
    form = visitor.get(link, follow=True).redirect_chain[-1][0]
    new = PASSWORD[::-1]
    visitor.post(form, {"password1": new, "password2": new})
    assert gets_in(visitor, password=new, address=OUTSIDE)
    assert not gets_in(Client(), password=new, address=OUTSIDE)


def test_an_operator_unlocks_a_person_from_the_shell(ola, desk, capsys):
    lock()
    lock(desk)
    call_command("unlock", "Ola@demo.example")
    assert "ola@demo.example may sign in again" in capsys.readouterr().out
    assert gets_in(Client())
    assert gets_in(desk)


def test_an_operator_unlocks_a_network_address(ola):
    for number in range(20):
        attempt(Client(), "wrong", login=f"nobody{number}@demo.example", address=OUTSIDE)
    assert not gets_in(Client(), address=OUTSIDE)
    call_command("unlock", OUTSIDE)
    assert gets_in(Client(), address=OUTSIDE)


def test_nobody_is_unlocked_by_a_mistyped_address(ola):
    with pytest.raises(CommandError, match="Nobody signs in with olla@demo"):
        call_command("unlock", "olla@demo.example")
