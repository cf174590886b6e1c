"""What goes to customers: by their time, within the touch budget, in our colleague's name."""

import smtplib
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.db.models.expressions import DatabaseDefault

from accounts.models import (
    Account,
    Contact,
    Installation,
    Interaction,
    InteractionContact,
    OutboxMessage,
    OutreachPolicy,
    SuppressedAddress,
    Touch,
    User,
)
from accounts.work import customer_mail, in_product, outbox, outreach
from accounts.work.in_product import Happened
from accounts.work.notices import post

FRIDAY = datetime(2025, 3, 14, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOUNCED = SuppressedAddress.Reason.BOUNCED


@pytest.fixture
def acme(db) -> Account:
    return Account.objects.create(external_id="acme", name="Acme")


@pytest.fixture
def ada(db) -> User:
    return User.objects.create_user("ada@ours.example", name="Ada Own")


def person(account: Account, name: str = "Bo") -> Contact:
    return Contact.objects.create(
        account=account,
        external_id=name.lower(),
        name=name,
        email=f"{name.lower()}@acme.example",
        met_on=date(2025, 1, 1),
    )


def write(contact: Contact, key: str, *, sender: User | None = None, **values) -> OutboxMessage:
    fields = {"subject": "Hello", "body": "Text", "now": FRIDAY, **values}
    post([customer_mail.write(key=key, account=contact.account, contact=contact, sender=sender,
                              hours=outreach.customer_hours(), **fields)])  # fmt: skip
    return OutboxMessage.objects.get(key=key)


def told(message: OutboxMessage) -> tuple[str, datetime, str]:
    message.refresh_from_db()
    return message.state, message.next_at, message.reason


def test_answers_go_to_the_person_in_whose_name_it_is_written(acme, ada):
    write(person(acme), "k", sender=ada)
    outbox.send_due(now=FRIDAY)

    (letter,) = mail.outbox
    assert letter.to == ["bo@acme.example"]
    assert letter.from_email == "Ada Own <platform@localhost>"
    assert letter.reply_to == ["ada@ours.example"]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["List-Unsubscribe"][1:-1] in letter.body


def test_mails_of_one_conversation_name_the_ones_before(acme):
    bo, cy = person(acme), person(acme, "Cy")
    OutreachPolicy.objects.create(pk=1, per_contact=9, per_account=9)
    for number, contact in enumerate([bo, cy, bo, bo]):
        write(contact, f"k{number}", thread="play:1")
        outbox.send_due(now=FRIDAY)
    write(bo, "other", thread="play:2")
    outbox.send_due(now=FRIDAY)

    ids = [letter.extra_headers["Message-ID"] for letter in mail.outbox]
    refers = [letter.extra_headers.get("References") for letter in mail.outbox]
    assert refers == [None, None, ids[0], f"{ids[0]} {ids[2]}", None]
    assert mail.outbox[3].extra_headers["In-Reply-To"] == ids[2]


@pytest.mark.parametrize(
    ("zone", "written", "sent"),
    [
        ("UTC", "2025-03-14T12:00", "2025-03-14T12:00"),
        ("UTC", "2025-03-14T07:59", "2025-03-14T08:00"),
        ("UTC", "2025-03-14T18:01", "2025-03-17T08:00"),  # Friday evening: Monday morning
        ("Asia/Tokyo", "2025-03-13T12:00", "2025-03-13T23:00"),  # 21:00 there: 08:00 on Friday
        ("America/New_York", "2025-03-14T11:00", "2025-03-14T12:00"),  # 07:00 there
    ],
)
def test_it_goes_in_the_working_hours_of_the_customers_own_zone(acme, zone, written, sent):
    Account.objects.update(time_zone=zone)
    asked, due = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (written, sent))
    message = write(person(acme), "k", now=asked)

    outbox.send_due(now=asked)
    outbox.send_due(now=due - timedelta(seconds=1))
    assert len(mail.outbox) == (asked == due)
    outbox.send_due(now=due)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 1)  # waiting used up no try


def test_a_person_hears_twice_in_seven_days_and_the_third_waits(acme):
    bo = person(acme)
    first, second, third = (write(bo, f"k{number}") for number in range(3))
    outbox.send_due(now=FRIDAY)

    assert [told(one)[0] for one in (first, second)] == ["sent", "sent"]
    waits = ("new", FRIDAY + 7 * DAY, "the touch budget has no room yet")
    assert told(third) == waits
    assert outbox.send_due(now=FRIDAY + 7 * DAY - HOUR) == 0
    outbox.send_due(now=FRIDAY + 7 * DAY)
    assert told(third)[0] == "sent"


def test_an_account_has_a_cap_for_all_its_people_together(acme):
    OutreachPolicy.objects.create(pk=1, per_contact=2, per_account=3)
    for name in "Bo Cy Di Ed".split():
        write(person(acme, name), name)
    other = Account.objects.create(external_id="zen", name="Zen")
    write(person(other, "Zoe"), "zen")

    outbox.send_due(now=FRIDAY)

    assert [letter.to[0] for letter in mail.outbox] == [
        "bo@acme.example", "cy@acme.example", "di@acme.example", "zoe@acme.example",
    ]  # fmt: skip
    assert OutboxMessage.objects.get(state="new").key == "Ed"


def test_mail_that_one_of_us_wrote_elsewhere_counts(acme, ada):
    bo = person(acme)
    for number in (1, 2):
        spoken = Interaction.objects.create(
            account=acme, external_id=str(number), kind_id="email", host=ada,
            occurred_at=FRIDAY - number * DAY, learned_at=FRIDAY,
        )  # fmt: skip
        InteractionContact.objects.create(interaction=spoken, contact=bo)
    message = write(bo, "k")

    outbox.send_due(now=FRIDAY)

    assert told(message)[:2] == ("new", FRIDAY + 5 * DAY)
    write(person(acme, "Cy"), "cy")
    assert outbox.send_due(now=FRIDAY) == 1


def test_the_more_urgent_one_gets_the_room(acme):
    bo = person(acme)
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=9)
    news = write(bo, "news", priority=5)
    notice = write(bo, "notice", priority=1)

    outbox.send_due(now=FRIDAY)

    assert told(notice)[0] == "sent"
    assert told(news)[0] == "new"
    assert "more urgent" in told(news)[2]


def show(contact: Contact, key: str, **values) -> OutboxMessage:
    fields = {"subject": "New", "body": "Try it", "now": FRIDAY, **values}
    post([customer_mail.show_in_product(key=key, account=contact.account, contact=contact,
                                        **fields)])  # fmt: skip
    return OutboxMessage.objects.get(key=key)


def is_shown(message: OutboxMessage, *, now: datetime) -> bool:
    return in_product.tell(message.pk, Happened.SHOWN, people=[message.contact_id], now=now)


def test_a_message_in_the_product_has_no_hours_and_no_address_but_counts(acme):
    bo = person(acme)
    Contact.objects.update(email="")
    night = FRIDAY + 10 * HOUR
    shown = [show(bo, f"k{number}", now=night) for number in range(3)]
    outbox.send_due(now=night)
    assert [is_shown(each, now=night) for each in shown] == [True, True, False]

    assert [told(each)[0] for each in shown] == ["sent", "sent", "new"]
    assert mail.outbox == []
    Contact.objects.update(email="bo@acme.example")
    letter = write(bo, "letter", now=night + 3 * DAY)
    outbox.send_due(now=night + 3 * DAY)
    assert told(letter)[2] == "it is not their working time"
    outbox.send_due(now=told(letter)[1])
    assert told(letter)[1:] == (night + 7 * DAY, "the touch budget has no room yet")


def test_a_message_in_the_product_is_for_nobody_who_left_or_asked_for_none(acme):
    bo = person(acme)
    Contact.objects.update(do_not_contact=True)
    assert told(show(bo, "k"))[0] == "new"
    outbox.send_due(now=FRIDAY + 14 * DAY - HOUR)
    assert told(OutboxMessage.objects.get())[0] == "new"  # its time to be looked at is the last
    outbox.send_due(now=FRIDAY + 14 * DAY)
    assert told(OutboxMessage.objects.get())[0] == "suppressed"


def test_the_accounts_last_room_is_kept_for_what_is_more_urgent_to_somebody_else(acme):
    OutreachPolicy.objects.create(pk=1, per_contact=2, per_account=1)
    news = show(person(acme), "news")
    notice = write(person(acme, "Cy"), "notice", priority=1)
    assert not is_shown(news, now=FRIDAY)
    outbox.send_due(now=FRIDAY)
    assert (told(news)[0], told(notice)[0]) == ("new", "sent")


class _Refusing(BaseEmailBackend):
    """A mail server that knows no such recipient, or is away."""

    error: Exception

    def send_messages(self, _messages):
        raise self.error


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}._Refusing"

    def fails(error: Exception) -> None:
        monkeypatch.setattr(_Refusing, "error", error, raising=False)

    return fails


def test_what_never_went_out_counts_for_nothing_and_its_address_is_asked_no_more(acme, server):
    server(smtplib.SMTPRecipientsRefused({"bo@acme.example": (550, b"no such user")}))
    bo = person(acme)
    message = write(bo, "k")
    outbox.send_due(now=FRIDAY)

    assert told(message)[0] == "dead"
    assert not Touch.objects.exists()
    after = write(bo, "k2")
    outbox.send_due(now=FRIDAY)
    assert told(after)[0] == "suppressed"
    assert told(after)[2] == "The address does not exist"


def test_a_try_that_failed_counts_once_when_it_goes_out(acme, server, settings):
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=1)
    server(smtplib.SMTPServerDisconnected("away"))
    message = write(person(acme), "k")
    outbox.send_due(now=FRIDAY)
    assert told(message)[0] == "new"

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    outbox.send_due(now=FRIDAY + HOUR)

    assert told(message)[0] == "sent"
    assert Touch.objects.get().at == FRIDAY + HOUR


def test_a_suppressed_address_is_so_for_whoever_has_it(acme):
    outreach.suppress("BO@acme.example ", reason=BOUNCED, now=FRIDAY)
    message = write(person(acme), "k")
    outbox.send_due(now=FRIDAY)
    assert told(message)[0] == "suppressed"
    assert mail.outbox == []


def test_what_is_held_goes_out_when_somebody_approves_it_and_once(acme, ada):
    message = write(person(acme), "k", is_held=True)
    outbox.send_due(now=FRIDAY + DAY)
    assert mail.outbox == []

    words = {"subject": "Hello Bo", "body": "Better", "by": ada, "now": FRIDAY}
    assert customer_mail.approve(message_id=message.pk, **words)
    assert not customer_mail.approve(message_id=message.pk, **words)
    assert not customer_mail.discard(message_id=message.pk, reason="No", by=ada)
    outbox.send_due(now=FRIDAY)

    assert [(letter.subject, letter.body.split("\n")[0]) for letter in mail.outbox] == [
        ("Hello Bo", "Better")
    ]
    message.refresh_from_db()
    assert message.decided_by == ada


def test_what_is_discarded_never_goes_out(acme, ada):
    message = write(person(acme), "k", is_held=True)
    assert customer_mail.discard(message_id=message.pk, reason="They called", by=ada)
    outbox.send_due(now=FRIDAY)
    assert told(message)[::2] == ("suppressed", "They called")
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_six_senders_at_once_keep_the_caps():
    """Thirty messages to three people of one account, each third in the product, where two windows
    show what they can: two each, five in all."""
    OutreachPolicy.objects.create(pk=1, per_contact=2, per_account=5)
    account = Account.objects.create(external_id="acme", name="Acme")
    people = [person(account, name) for name in "Bo Cy Di".split()]
    for number in range(30):
        reach = show if number % 3 == 0 else write
        reach(people[number // 3 % 3], f"k{number}")
    failures = []

    def look() -> None:
        for message in OutboxMessage.objects.filter(channel="in_app").order_by("pk"):
            is_shown(message, now=FRIDAY)

    def work(does: Callable[[], object]) -> None:
        try:
            does()
        except Exception as error:  # noqa: BLE001 -- told by the assertion below
            failures.append(error)
        finally:
            connection.close()

    senders = [lambda: outbox.send_due(now=FRIDAY)] * 6
    threads = [threading.Thread(target=work, args=[does]) for does in (look, *senders, look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert failures == []
    sent = OutboxMessage.objects.filter(state="sent")
    assert sent.count() == Touch.objects.count() == 5
    assert sent.filter(channel="email").count() == len(mail.outbox) > 0
    assert max(sent.filter(contact=one).count() for one in people) == 2
    assert OutboxMessage.objects.filter(state="new").count() == 25


@pytest.mark.parametrize("settings_row", [Installation, OutreachPolicy])
def test_settings_that_nobody_has_saved_are_read_as_their_defaults(db, settings_row):
    unsaved = settings_row()
    left_to_the_database = [
        field.name
        for field in settings_row._meta.fields
        if isinstance(getattr(unsaved, field.attname), DatabaseDefault)
    ]
    assert left_to_the_database == []
