"""Ways to a password: rows, whatever becomes of the mail server; their link is kept nowhere."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse

from accounts import clock, passwords
from accounts.models import OutboxMessage, User
from accounts.work import outbox
from tests.fresh_sign_in import sign_in_freshly

ASK = "/auth/password/reset/"
NEW = "three brass lanterns"


class Away(BaseEmailBackend):
    def send_messages(self, _messages):
        raise ConnectionRefusedError


@pytest.fixture
def nia(db) -> User:
    return User.objects.create_user("nia@example.test", "four paper boats", name="Nia", role="csm")


def sent() -> mail.EmailMessage:
    assert outbox.send_due(now=datetime.now(UTC) + timedelta(hours=1)) == 1
    (message,) = mail.outbox
    return message


def link_in(message: mail.EmailMessage, base: str) -> str:
    (link,) = re.findall(re.escape(base) + r"(/\S+)", message.body)
    return link


def test_a_mail_server_that_is_away_keeps_nobody_from_a_password(nia, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    answer = Client().post(ASK, {"email": nia.email})
    assert (answer.status_code, answer["Location"]) == (302, "/auth/password/reset/done/")
    assert outbox.send_due(now=datetime.now(UTC)) == 1
    assert mail.outbox == []

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    visitor = Client()
    form = visitor.get(link_in(sent(), settings.BASE_URL), follow=True)
    action = form.redirect_chain[-1][0]
    visitor.post(action, {"password1": NEW, "password2": NEW})
    nia.refresh_from_db()
    assert nia.check_password(NEW)


def test_the_link_is_made_for_the_mail_and_kept_nowhere(nia, settings):
    Client().post(ASK, {"email": nia.email}, headers={"host": "localhost"})
    message = sent()
    token = link_in(message, settings.BASE_URL).strip("/").split("/")[-1]
    assert (message.to, message.subject) == ([nia.email], "Set a new password")
    row = OutboxMessage.objects.values().get()
    assert not [value for value in row.values() if token in str(value)]
    assert row["state"] == "sent"


def test_an_address_of_nobody_is_answered_alike_and_written_to_by_nobody(nia):
    answers = [Client().post(ASK, {"email": to}) for to in (nia.email, "who@example.test")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/auth/password/reset/done/")
    }
    assert OutboxMessage.objects.get().user == nia
    assert mail.outbox == []


def test_a_link_comes_too_late_for_who_has_left(nia):
    passwords.forgotten(nia, now=datetime.now(UTC))
    User.objects.update(is_active=False)
    assert outbox.send_due(now=datetime.now(UTC)) == 1
    assert OutboxMessage.objects.get().reason == "the person has left"
    assert mail.outbox == []


def test_cs_ops_sends_the_way_to_a_password_again(nia, client, settings):
    ola = User.objects.create_user("ola@example.test", name="Ola", role="ops")
    sign_in_freshly(client, ola)
    rolf = User.objects.create_user("rolf@example.test", name="Rolf", role="csm", is_active=False)
    form = {"action": "send_link", "_selected_action": [nia.pk, rolf.pk]}
    page = client.post(reverse("admin:accounts_user_changelist"), form, follow=True)
    assert "Nia is written to at nia@example.test" in page.content.decode()
    assert "Rolf is not active, so nothing was sent" in page.content.decode()
    message = sent()
    assert message.body.startswith("Ola sends you this link")
    assert link_in(message, settings.BASE_URL).startswith("/auth/password/reset/key/")


def set_by(link: str, password: str = NEW) -> bool:
    """Whether the link let its holder set that password, from a browser of its own."""
    visitor = Client()
    form = visitor.get(link, follow=True)
    if not form.redirect_chain:
        assert "Link used up" in form.content.decode()
        return False
    answer = visitor.post(
        form.redirect_chain[-1][0], {"password1": password, "password2": password}
    )
    return answer.status_code == 302


KINDS = {
    "forgotten": (lambda user, ola: passwords.forgotten(user, now=clock.now()), 1),
    "invited": (lambda user, ola: passwords.invited(user, by=ola, now=clock.now()), 72),
    "sent again": (lambda user, ola: passwords.invited(user, by=ola, now=clock.now()), 1),
}


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_a_link_lives_for_its_hours_from_when_it_is_sent(db, settings, kind, late):
    write, hours = KINDS[kind]
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False) as moment:
        ola = User.objects.create_user("ola@example.test", name="Ola", role="ops")
        password = None if kind == "invited" else "four paper boats"
        nia = User.objects.create_user("nia@example.test", password, name="Nia", role="csm")
        write(nia, ola)
        assert outbox.send_due(now=clock.now()) == 1
        (message,) = mail.outbox
        assert f"within {hours} hour" in message.body
        moment.shift(timedelta(hours=hours, seconds=late))
        assert set_by(link_in(message, settings.BASE_URL)) == (not late)


def test_a_link_is_used_once_and_dies_with_the_password_it_replaces(nia, settings):
    for _ in range(2):
        passwords.forgotten(nia, now=datetime.now(UTC))
    assert outbox.send_due(now=datetime.now(UTC)) == 2
    first, second = (link_in(message, settings.BASE_URL) for message in mail.outbox)
    assert [set_by(first), set_by(first, NEW * 2), set_by(second, NEW * 2)] == [True, False, False]
    nia.refresh_from_db()
    assert nia.check_password(NEW)


def test_a_form_left_open_is_worth_nothing_after_the_password_was_set(nia, settings):
    passwords.forgotten(nia, now=datetime.now(UTC))
    visitor = Client()
    opened = visitor.get(link_in(sent(), settings.BASE_URL), follow=True).redirect_chain[-1][0]
    nia.set_password(NEW)
    nia.save(update_fields=["password"])
    late = visitor.post(opened, {"password1": NEW * 2, "password2": NEW * 2})
    assert "Link used up" in late.content.decode()
    nia.refresh_from_db()
    assert nia.check_password(NEW)


@pytest.mark.parametrize("change", [{"email": "other@example.test"}, {"is_active": False}])
def test_a_link_dies_when_the_person_leaves_or_has_another_address(nia, settings, change):
    passwords.forgotten(nia, now=datetime.now(UTC))
    link = link_in(sent(), settings.BASE_URL)
    User.objects.update(**change)
    assert not set_by(link)


def test_an_address_entered_in_capitals_gets_its_link(db):
    User.objects.create_user("Nia.New@example.test", name="Nia", role="csm")
    Client().post(ASK, {"email": "nia.new@example.test"})
    assert sent().to == ["Nia.New@example.test"]
    assert not EmailAddress.objects.exists()
