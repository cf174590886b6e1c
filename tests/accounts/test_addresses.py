"""The address a person signs in with: changed by CS ops, told to both mailboxes, nobody else's."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import OutboxMessage, User
from accounts.work import outbox
from tests.fresh_sign_in import sign_in_freshly

PASSWORD = "three brass lanterns"


@pytest.fixture
def ola(db):
    return User.objects.create_user("ola@example.test", PASSWORD, name="Ola", role="ops")


@pytest.fixture
def nia(db):
    return User.objects.create_user("nia@example.test", PASSWORD, name="Nia", role="csm")


@pytest.fixture
def ops(client, ola):
    sign_in_freshly(client, ola)
    return client


def change(ops, person, **changes):
    form = {"name": person.name, "email": person.email, "role": person.role, "is_active": "on"}
    address = reverse("admin:accounts_user_change", args=[person.pk])
    return ops.post(address, form | changes, follow=True).content.decode()


def signs_in(email):
    client = Client()
    client.post(reverse("login"), {"login": email, "password": PASSWORD})
    return "_auth_user_id" in client.session


def test_the_old_and_the_new_address_are_told(ops, nia):
    said = change(ops, nia, email="nia.new@example.test")
    assert "told of the change at nia@example.test and at nia.new@example.test" in said
    assert outbox.send_due(now=datetime.now(UTC)) == 2
    assert sorted(message.to[0] for message in mail.outbox) == [
        "nia.new@example.test",
        "nia@example.test",
    ]
    for message in mail.outbox:
        assert "from nia@example.test to nia.new@example.test" in message.body
        assert "Ola has changed" in message.body


def test_only_the_new_address_signs_in(ops, nia):
    change(ops, nia, email="nia.new@example.test")
    assert signs_in("nia.new@example.test")
    assert not signs_in("nia@example.test")
    assert not EmailAddress.objects.exists()


def test_an_address_of_the_librarys_own_list_opens_nothing(nia, ola):
    EmailAddress.objects.create(user=nia, email="evil@example.test", verified=True, primary=True)
    EmailAddress.objects.create(user=nia, email=ola.email, verified=True)
    assert not signs_in("evil@example.test")
    for asked in ("evil@example.test", ola.email):
        Client().post(reverse("account_reset_password"), {"email": asked})
    assert OutboxMessage.objects.get().user == ola


def test_an_address_does_not_change_where_nobody_can_be_told(ops, nia):
    """The rows are written with the change: both or neither."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE accounts_outboxmessage ADD CONSTRAINT no_mail CHECK (to_address = '')"
        )
    ops.raise_request_exception = False
    change(ops, nia, email="nia.new@example.test")
    nia.refresh_from_db()
    assert nia.email == "nia@example.test"


def test_other_changes_tell_nobody(ops, nia):
    change(ops, nia, name="Nia Q")
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("taken", ["ola@example.test", "OLA@Example.test"])
def test_an_address_of_somebody_else_is_refused_with_a_sentence(ops, nia, taken):
    assert "Ola signs in with this address already" in change(ops, nia, email=taken)
    form = {"name": "Ola Two", "email": taken, "role": "csm"}
    added = ops.post(reverse("admin:accounts_user_add"), form).content.decode()
    assert "Ola signs in with this address already" in added
    assert set(User.objects.values_list("email", flat=True)) == {
        "ola@example.test",
        "nia@example.test",
    }


def test_letters_of_ones_own_address_may_change(ops, nia):
    change(ops, nia, email="Nia@example.test")
    nia.refresh_from_db()
    assert nia.email == "Nia@example.test"
