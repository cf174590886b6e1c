"""The outbox: out once, not to whom asked otherwise, later when the other side is away."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connection

from accounts.models import Account, Contact, OutboxMessage, User
from accounts.work import leases, outbox
from tests.mail_server import MailServer
from tests.mail_server import mail_server as run_mail_server

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def colleague(db) -> User:
    return User.objects.create_user("ada@example.com", name="Ada")


@pytest.fixture
def contact(db) -> Contact:
    account = Account.objects.create(external_id="acme", name="Acme")
    who = {"external_id": "c1", "name": "Bo", "email": "bo@acme.example"}
    return Contact.objects.create(account=account, met_on=date(2025, 1, 1), **who)


def message(key: str = "k", **values) -> OutboxMessage:
    fields = {"channel": "email", "subject": "Hello", "body": "Text", "next_at": NOW, **values}
    return OutboxMessage.objects.create(key=key, **fields)


def state_of(sent: OutboxMessage) -> tuple[str, str]:
    sent.refresh_from_db()
    return sent.state, sent.reason


def test_a_mail_goes_out_once_with_a_stable_id(colleague):
    row = message(user=colleague, subject="Renewal\r\nBcc: x@y.example", link="/accounts/acme/")
    assert outbox.send_due(now=NOW) == 1
    assert outbox.send_due(now=NOW) == 0
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.com"], "Renewal Bcc: x@y.example")
    assert sent.body == "Text\n\nhttp://localhost:8000/accounts/acme/"
    assert sent.extra_headers["Message-ID"] == (
        "<8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a@outbox>"
    )
    row.refresh_from_db()
    assert (row.state, row.sent_at, row.attempts) == ("sent", NOW, 1)


def test_mail_in_bulk_keeps_no_letter_waiting(colleague):
    for number in range(30):
        message(f"bulk:{number}", user=colleague, priority=6, next_at=NOW - HOUR)
    message("letter", user=colleague, subject="By hand")
    message("renewal", user=colleague, subject="Must arrive", priority=1, next_at=NOW - HOUR / 2)
    message("later", user=colleague, subject="Not yet", next_at=NOW + HOUR)

    assert outbox.send_due(limit=5, now=NOW) == 5
    assert [sent.subject for sent in mail.outbox[:3]] == ["Must arrive", "By hand", "Hello"]
    while outbox.send_due(limit=5, now=NOW):
        pass
    assert len(mail.outbox) == 32


def test_an_in_app_message_is_there_without_a_mail(colleague):
    row = message(user=colleague, channel="in_app")
    assert outbox.send_due(now=NOW) == 1
    assert state_of(row) == ("sent", "")
    assert mail.outbox == []


def test_nothing_goes_out_before_its_time(colleague):
    message(user=colleague, next_at=NOW + HOUR)
    assert outbox.send_due(now=NOW) == 0
    assert outbox.send_due(now=NOW + HOUR) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"do_not_contact": True}, "the contact asked not to be contacted"),
        ({"erased_at": NOW}, "the contact has been erased"),
        ({"is_active": False, "left_on": date(2025, 3, 1)}, "the contact has left"),
        ({"email": ""}, "the contact has no e-mail address"),
    ],
)
def test_a_contact_is_asked_at_the_last_moment(contact, change, reason):
    row = message(contact=contact)
    Contact.objects.filter(pk=contact.pk).update(**change)
    outbox.send_due(now=NOW)
    assert state_of(row) == ("suppressed", reason)
    assert mail.outbox == []


def test_what_came_too_late_and_who_has_left_are_suppressed(colleague):
    late = message("late", user=colleague, valid_until=NOW - HOUR)
    gone = message("gone", user=colleague)
    User.objects.update(is_active=False)
    outbox.send_due(now=NOW)
    assert state_of(late) == ("suppressed", "too late to be useful")
    assert state_of(gone) == ("suppressed", "the person has left")


ADDRESS, ROOM, URL = "desk@acme.example", "#renewals", "https://hooks.acme.example/cs"


def test_a_message_to_an_address_goes_there_whoever_reads_it(db):
    row = message(to_address=ADDRESS)
    outbox.send_due(now=NOW)
    assert [sent.to for sent in mail.outbox] == [[ADDRESS]]
    assert (state_of(row), row.recipient) == (("sent", ""), ADDRESS)


@pytest.mark.parametrize(
    "way", [{"channel": "chat", "to_channel": ROOM}, {"channel": "webhook", "to_url": URL}]
)
def test_what_nothing_is_connected_to_is_a_dead_letter_that_names_its_recipient(db, way):
    row = message(**way)
    outbox.send_due(now=NOW)
    assert state_of(row) == ("dead", "Nothing is connected there")
    assert row.recipient in {ROOM, URL}


@pytest.mark.parametrize(
    "recipients",
    [
        set(),
        {"user", "contact"},
        {"user", "to_address"},
        {"contact", "to_url"},
        {"to_address", "to_channel"},
        {"to_channel", "to_url"},
    ],
)
def test_a_message_has_exactly_one_recipient(colleague, contact, recipients):
    every = {
        "user": colleague, "contact": contact, "to_address": ADDRESS, "to_channel": ROOM,
        "to_url": URL,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="outbox_has_one_recipient"):
        message(**{name: every[name] for name in recipients})


@pytest.mark.parametrize(
    "way",
    [
        {"channel": "email", "to_channel": ROOM},
        {"channel": "email", "to_url": URL},
        {"channel": "in_app", "to_address": ADDRESS},
        {"channel": "chat", "to_address": ADDRESS},
        {"channel": "webhook", "to_channel": ROOM},
    ],
)
def test_a_channel_reaches_its_own_sort_of_recipient_only(db, way):
    with pytest.raises(IntegrityError, match="outbox_recipient_fits_channel"):
        message(**way)


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    with run_mail_server(settings) as server:
        yield server


def test_a_recipient_refused_for_good_is_a_dead_letter(colleague, mail_server):
    mail_server.answer = b"550 no such mailbox\r\n"
    row = message(user=colleague)
    outbox.send_due(now=NOW)
    assert state_of(row) == ("dead", "SMTPRecipientsRefused")


def test_a_recipient_refused_for_now_is_tried_again(colleague, mail_server):
    mail_server.answer = b"450 later\r\n"
    row = message(user=colleague)
    outbox.send_due(now=NOW)
    assert state_of(row) == ("new", "SMTPRecipientsRefused")
    assert NOW + timedelta(seconds=4) < row.next_at < NOW + timedelta(seconds=6)


def test_eleven_tries_over_three_days_then_a_dead_letter(colleague, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    row = message(user=colleague)
    tries, now = 0, NOW
    while row.state == "new":
        assert outbox.send_due(now=now) == 1
        row.refresh_from_db()
        tries, now = tries + 1, max(row.next_at, now)
    assert (row.state, row.reason, tries) == ("dead", "ConnectionRefusedError", 11)
    assert timedelta(days=2.6) < now - NOW < timedelta(days=3.5)


def test_a_message_of_a_killed_sender_goes_out_after_its_lease(colleague):
    row = message(user=colleague)
    OutboxMessage.objects.update(
        state="leased", fence=4, attempts=1, lease_until=datetime.now(UTC) + HOUR
    )
    assert outbox.send_due(now=NOW) == 0
    OutboxMessage.objects.update(lease_until=datetime.now(UTC) - HOUR)
    assert outbox.send_due(now=NOW) == 1
    row.refresh_from_db()
    assert (row.state, row.fence, len(mail.outbox)) == ("sent", 5, 1)


@pytest.mark.parametrize("address", ["bo@ac me.example\n", "two@acme.example, more@acme.example"])
def test_an_address_no_mail_can_carry_is_a_dead_letter_and_the_round_goes_on(
    contact, colleague, mail_server, address
):
    mail_server.answer = b"250 ok\r\n"
    Contact.objects.update(email=address)
    bad = message("bad", contact=contact)
    good = message("good", user=colleague)
    assert outbox.send_due(now=NOW) == 2
    state, reason = state_of(bad)
    assert (state, reason) in {("dead", "ValueError"), ("dead", "BadHeaderError")}
    assert state_of(good) == ("sent", "")


def test_a_failure_nobody_thought_of_puts_its_message_off_and_the_round_goes_on(
    contact, colleague, settings
):
    settings.EMAIL_BACKEND = "tests.accounts.test_outbox.PickyBackend"
    odd = message("odd", contact=contact)
    good = message("good", user=colleague)
    assert outbox.send_due(now=NOW) == 2
    assert state_of(odd) == ("new", "LookupError")
    assert odd.next_at > NOW
    assert state_of(good) == ("sent", "")


class PickyBackend(BaseEmailBackend):
    """A provider's backend with an error class of its own."""

    def send_messages(self, messages: list[EmailMessage]) -> int:
        if messages[0].to == ["bo@acme.example"]:
            raise LookupError
        return len(messages)


@pytest.mark.django_db(transaction=True)
def test_a_sender_held_up_after_its_claim_does_not_take_the_next_ones_fence(monkeypatch):
    user = User.objects.create_user("ada@example.com", name="Ada")
    message(user=user)
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=-1))  # run out as soon as taken
    rivals = []

    def rival() -> None:
        rivals.append(outbox._claim_oldest_message(now=NOW))
        connection.close()

    def hold_up(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):  # the slow one has found its message, and is about to claim it
            thread = threading.Thread(target=rival)
            thread.start()
            thread.join()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hold_up):
        slow = outbox._claim_oldest_message(now=NOW)
    assert (slow.fence, rivals) == (1, [None])
    assert outbox._claim_oldest_message(now=NOW).fence == 2


class SlowBackend(BaseEmailBackend):
    """A mail server that takes longer than a lease, and notes until when its message is leased."""

    leased_until: ClassVar[list[datetime]] = []

    def send_messages(self, messages: list[EmailMessage]) -> int:
        deadline = time.monotonic() + 10
        while len(set(self.leased_until)) < 3 and time.monotonic() < deadline:
            self.leased_until.append(OutboxMessage.objects.get().lease_until)
            time.sleep(0.02)
        return len(messages)


@pytest.mark.django_db(transaction=True)
def test_a_slow_mail_server_does_not_cost_the_lease(monkeypatch, settings):
    settings.EMAIL_BACKEND = "tests.accounts.test_outbox.SlowBackend"
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.1)
    row = message(user=User.objects.create_user("ada@example.com", name="Ada"))
    outbox.send_due(now=NOW)
    first, second, third = sorted(set(SlowBackend.leased_until))
    assert first < second < third
    assert state_of(row) == ("sent", "")


@pytest.mark.django_db(transaction=True)
def test_six_senders_at_once_send_thirty_messages_once_each():
    user = User.objects.create_user("ada@example.com", name="Ada")
    for n in range(30):
        message(str(n), user=user, subject=f"Number {n}")
    handled: list[int] = []

    def send() -> None:
        try:
            handled.append(outbox.send_due(now=NOW))
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sum(handled) == 30
    assert sorted(sent.subject for sent in mail.outbox) == sorted(f"Number {n}" for n in range(30))
