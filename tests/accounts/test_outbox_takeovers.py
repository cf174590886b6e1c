"""What becomes of a customer's mail whose sender died or was held up, and of what else waits."""

import smtplib
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import (
    Account,
    Contact,
    Installation,
    OutboxMessage,
    OutreachPolicy,
    Signal,
    Touch,
)
from accounts.work import customer_mail, outbox, outreach
from accounts.work.notices import post
from cs_platform.scheduling.queues import BY_NAME
from tests.mail_server import mail_server

FRIDAY = datetime(2025, 3, 14, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bo(db) -> Contact:
    account = Account.objects.create(external_id="acme", name="Acme")
    return Contact.objects.create(
        account=account, external_id="bo", name="Bo", email="bo@acme.example",
        met_on=date(2025, 1, 1),
    )  # fmt: skip


def letter(contact: Contact, key: str, *, now: datetime = FRIDAY, **values) -> OutboxMessage:
    row = customer_mail.write(
        key=key, account=contact.account, contact=contact, sender=None, subject=key, body="Text",
        now=now, hours=outreach.customer_hours(), **values,
    )  # fmt: skip
    post([row])
    return OutboxMessage.objects.get(key=key)


def run_out() -> None:
    """Whoever holds a message holds it no longer."""
    passed = datetime.now(UTC) - MINUTE
    OutboxMessage.objects.filter(state="leased").update(lease_until=passed)


def sent() -> list[str]:
    return [each.subject for each in mail.outbox]


def test_mail_that_may_have_arrived_keeps_its_room_from_what_is_more_urgent(bo):
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=1)
    letter(bo, "bulk", priority=6)
    killed = outbox._claim_oldest_message(now=FRIDAY)
    assert outreach.let_out(killed, now=FRIDAY) is None  # the server took it, then the sender died
    letter(bo, "urgent", now=FRIDAY + 30 * MINUTE, priority=1)
    run_out()

    for minutes in range(0, 180, 10):
        outbox.send_due(now=FRIDAY + minutes * MINUTE)
    assert sent() == ["bulk"]
    waits = OutboxMessage.objects.get(key="urgent")
    assert (waits.state, waits.reason) == ("new", "the touch budget has no room yet")


def test_what_was_tried_more_than_a_window_ago_is_asked_anew(bo):
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=1)
    letter(bo, "old", priority=6)
    killed = outbox._claim_oldest_message(now=FRIDAY)
    outreach.let_out(killed, now=FRIDAY)
    later = FRIDAY + timedelta(days=10)
    letter(bo, "between", now=later - timedelta(days=1))
    outbox.send_due(now=later - timedelta(days=1))
    run_out()
    outbox.send_due(now=later)
    assert sent() == ["between"]


def test_a_sender_held_up_before_it_sends_sends_nothing_once_another_has(bo):
    letter(bo, "k")
    slow = outbox._claim_oldest_message(now=FRIDAY)
    run_out()
    outbox.send_due(now=FRIDAY)
    outbox._deliver_or_hold(slow, now=FRIDAY)
    assert sent() == ["k"]
    assert Touch.objects.count() == 1


class _OvertakenBackend(BaseEmailBackend):
    """While it sends, the lease runs out and another sender is through with the same message."""

    overtaken: ClassVar[list[str]] = []

    def send_messages(self, messages) -> int:
        if self.overtaken:
            return len(messages)
        self.overtaken.append(messages[0].subject)
        run_out()
        outbox.send_due(now=FRIDAY)
        raise smtplib.SMTPRecipientsRefused({"bo@acme.example": (550, b"no")})


def test_what_another_has_sent_is_neither_taken_back_nor_undelivered(bo, settings):
    settings.EMAIL_BACKEND = f"{__name__}._OvertakenBackend"
    _OvertakenBackend.overtaken.clear()
    row = letter(bo, "k")
    outbox.send_due(now=FRIDAY)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 2)
    assert Touch.objects.count() == 1
    assert not Signal.objects.filter(kind="mail.undelivered").exists()


@pytest.mark.parametrize("is_sent", [True, False])
def test_what_is_withdrawn_while_a_sender_holds_it_goes_now_or_never(bo, is_sent):
    row = letter(bo, "k", thread="play:1")
    holder = outbox._claim_oldest_message(now=FRIDAY)
    customer_mail.suppress_threads(["play:1"], reason="the play has ended", now=FRIDAY)
    if is_sent:
        outbox._deliver_or_hold(holder, now=FRIDAY)
    else:
        run_out()
        outbox.send_due(now=FRIDAY)
    row.refresh_from_db()
    assert row.state == ("sent" if is_sent else "suppressed")
    assert sent() == (["k"] if is_sent else [])
    assert not Signal.objects.filter(kind="mail.undelivered").exists()  # nobody has to see to it


def test_what_is_withdrawn_while_it_is_put_off_never_goes(bo):
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=1)
    letter(bo, "first")
    outbox.send_due(now=FRIDAY)
    row = letter(bo, "k", thread="play:1")
    holder = outbox._claim_oldest_message(now=FRIDAY)
    customer_mail.suppress_threads(["play:1"], reason="the play has ended", now=FRIDAY)
    outbox._deliver_or_hold(holder, now=FRIDAY)
    outbox.send_due(now=FRIDAY + timedelta(days=8))
    row.refresh_from_db()
    assert (row.state, sent()) == ("suppressed", ["first"])


@pytest.mark.django_db(transaction=True)
def test_a_long_round_asks_again_what_time_it_is(settings):
    """It begins on a Friday; on the Saturday that comes meanwhile nobody is written to."""
    friday = FRIDAY.date()
    # The last second of a day is within their hours there.
    account = Account.objects.create(
        external_id="acme", name="Acme", time_zone="America/Los_Angeles"
    )
    Installation.objects.update_or_create(pk=1, defaults={"as_of": friday})
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=1_000)
    for number in range(60):
        contact = Contact.objects.create(
            account=account, external_id=f"c{number}", name=f"C{number}", met_on=friday,
            email=f"c{number}@acme.example",
        )  # fmt: skip
        letter(contact, f"k{number}", now=FRIDAY + timedelta(hours=8))

    def day_goes_by(_letter) -> None:
        Installation.objects.filter(as_of=friday).update(as_of=friday + timedelta(days=1))

    with mail_server(settings) as server:
        server.on_letter = day_goes_by
        BY_NAME["outbox"].run()
    assert 1 <= len(server.letters) <= 20
