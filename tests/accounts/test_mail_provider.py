"""Mail by a provider's API, and what the provider tells of it: bounces and complaints."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client

from accounts.models import Account, Contact, OutboxMessage, Signal, SuppressedAddress, User
from accounts.work import customer_mail, mail_events, outbox, outreach
from accounts.work.notices import post
from cs_platform.runtime.mail_url import mail_settings
from tests.mail_server import mail_server

FRIDAY = datetime(2025, 3, 14, 12, tzinfo=UTC)
# As the provider documents them.
BOUNCE = {
    "RecordType": "Bounce", "ID": 692560173, "Type": "HardBounce", "TypeCode": 1,
    "Email": "Bo@acme.example", "BouncedAt": "2025-03-14T16:33:54Z", "Inactive": True,
    "Description": "The server was unable to deliver your message", "MessageID": "a8c1040e",
}  # fmt: skip
COMPLAINT = {
    **BOUNCE, "RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512, "ID": 42,
}  # fmt: skip


def use(settings, url: str) -> None:
    for name, value in mail_settings(url).items():
        setattr(settings, name, value)


@pytest.fixture
def bo(db) -> Contact:
    account = Account.objects.create(external_id="acme", name="Acme")
    return Contact.objects.create(
        account=account, external_id="bo", name="Bo", email="bo@acme.example",
        met_on=date(2025, 1, 1),
    )  # fmt: skip


def letter_to(contact: Contact, key: str = "k", **values) -> OutboxMessage:
    fields = {"subject": "Hello", "body": "Text", "sender": None, "now": FRIDAY, **values}
    row = customer_mail.write(
        key=key, account=contact.account, contact=contact, hours=outreach.customer_hours(), **fields
    )
    post([row])
    return OutboxMessage.objects.get(key=key)


@pytest.mark.parametrize(
    ("url", "backend", "anymail"),
    [
        ("postmark://tok-1@", "postmark", {"POSTMARK_SERVER_TOKEN": "tok-1"}),
        (
            "mailgun://k%2F1@mg.acme.example?webhook_signing_key=s",
            "mailgun",
            {
                "MAILGUN_API_KEY": "k/1",
                "MAILGUN_SENDER_DOMAIN": "mg.acme.example",
                "MAILGUN_WEBHOOK_SIGNING_KEY": "s",
            },
        ),
        ("mailjet://k:s@", "mailjet", {"MAILJET_API_KEY": "k", "MAILJET_SECRET_KEY": "s"}),
    ],
)
def test_a_provider_is_named_by_the_url(url, backend, anymail):
    found = mail_settings(url)
    assert found["EMAIL_BACKEND"] == f"anymail.backends.{backend}.EmailBackend"
    assert found["ANYMAIL"] == {"REQUESTS_TIMEOUT": 15, **anymail}


def test_a_mail_server_stays_one():
    found = mail_settings("smtp+tls://user:pass@mail.example.com:587")
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.com", 587)
    assert "ANYMAIL" not in found


@pytest.mark.parametrize("url", ["postmark://", "mailgun://secret@", "mailjet://secret@"])
def test_a_url_that_lacks_something_refuses_the_start_and_quotes_no_secret(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL says no") as refused:
        mail_settings(url)
    assert "secret" not in str(refused.value)


class _Api(BaseHTTPRequestHandler):
    """Answers as the provider's API does, with what the test says."""

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(said)
        status, answer = self.server.answer
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def provider(settings) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Api) as server:
        server.asked = []
        server.answer = (
            200,
            {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "bo@acme.example"},
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        use(settings, f"postmark://tok@?api_url=http://127.0.0.1:{server.server_port}/")
        yield server
        server.shutdown()


def test_a_letter_goes_by_the_providers_api_as_by_a_mail_server(bo, provider):
    ada = User.objects.create_user("ada@ours.example", name="Ada Own")
    letter_to(bo, sender=ada)
    outbox.send_due(now=FRIDAY)

    (asked,) = provider.asked
    assert (asked["To"], asked["Subject"]) == ("bo@acme.example", "Hello")
    assert asked["ReplyTo"] == "ada@ours.example"
    headers = {each["Name"]: each["Value"] for each in asked["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert OutboxMessage.objects.get().state == "sent"


@pytest.mark.parametrize(
    ("status", "state"), [(422, "dead"), (401, "new"), (429, "new"), (500, "new")]
)
def test_what_the_provider_refuses_for_good_is_a_dead_letter_and_the_rest_waits(
    bo, provider, status, state
):
    provider.answer = status, {"ErrorCode": 300, "Message": "bo@acme.example is odd"}
    row = letter_to(bo)
    outbox.send_due(now=FRIDAY)
    row.refresh_from_db()
    assert (row.state, row.reason) == (state, f"AnymailRequestsAPIError {status}")


@pytest.fixture
def told(settings, db):
    """Posts an event as the provider does, and gives the answer."""
    use(settings, "postmark://tok@")
    client = Client(enforce_csrf_checks=True)

    def post_event(event: object, path: str = ""):
        return client.post(
            path or mail_events.events_path(),
            data=json.dumps(event),
            content_type="application/json",
        )

    return post_event


@pytest.mark.parametrize(
    ("event", "reason"), [(BOUNCE, "bounced"), (COMPLAINT, "complained")], ids=["bounce", "spam"]
)
def test_who_cannot_be_reached_or_complained_gets_nothing_more(told, bo, event, reason):
    answer = told(event)

    assert (answer.status_code, answer.content) == (200, b"Noted.")
    assert SuppressedAddress.objects.get().reason == reason
    row = letter_to(bo)
    outbox.send_due(now=FRIDAY)
    row.refresh_from_db()
    assert row.state == "suppressed"


SOFT = {**BOUNCE, "Type": "SoftBounce", "TypeCode": 4096}
BLOCKED = {**BOUNCE, "Type": "Blocked", "TypeCode": 100006}


@pytest.fixture
def sent(bo, provider) -> OutboxMessage:
    """A letter that the provider took; what it was told about it is what it tells of it again."""
    letter_to(bo)
    outbox.send_due(now=FRIDAY)
    return OutboxMessage.objects.get(state="sent")


def rung() -> list[tuple[str, str]]:
    found = Signal.objects.filter(kind="mail.undelivered")
    return [(signal.account.external_id, signal.payload["note"]) for signal in found]


@pytest.mark.parametrize("event", [BOUNCE, SOFT, BLOCKED], ids=["gone", "full", "blocked"])
def test_mail_that_comes_back_after_it_was_sent_rings_once(told, sent, provider, event):
    metadata = provider.asked[0]["Metadata"]
    for number in range(2):  # in two events of their own
        assert told({**event, "ID": number, "Metadata": metadata}).status_code == 200
    assert rung() == [("acme", "Hello: it came back after it was sent")]
    assert SuppressedAddress.objects.exists() is (event is BOUNCE)


@pytest.mark.parametrize(
    "event",
    [
        COMPLAINT,  # they got it
        {**BOUNCE, "Type": "Transient", "TypeCode": 2},  # it is tried again
        {**BOUNCE, "RecordType": "Delivery", "Recipient": "bo@acme.example"},
    ],
    ids=["complained", "delayed", "delivered"],
)
def test_what_did_not_come_back_rings_for_nobody(told, sent, provider, event):
    assert told({**event, "Metadata": provider.asked[0]["Metadata"]}).status_code == 200
    assert rung() == []


@pytest.mark.parametrize("said", ["", "0", "9" * 30, "1e3", "٣", 7, None, ["1"], {"a": 1}])
def test_a_bounce_of_what_we_never_sent_rings_for_nobody(told, sent, said):
    assert told({**BOUNCE, "Metadata": {"message": said}}).status_code == 200
    assert rung() == []


def test_a_bounce_of_what_waits_to_be_sent_or_went_to_one_of_us_rings_for_nobody(told, bo):
    waiting = letter_to(bo)
    ada = User.objects.create_user("ada@ours.example", name="Ada Own")
    notice = OutboxMessage.objects.create(
        key="n", channel="email", user=ada, subject="N", next_at=FRIDAY, state="sent",
        sent_at=FRIDAY,
    )  # fmt: skip
    for row in (waiting, notice):
        told({**BOUNCE, "ID": row.pk, "Metadata": {"message": str(row.pk)}})
    assert rung() == []


# In each provider's own fields: the event, and where the mail's row stands in what we posted.
OTHERS = {
    "brevo://k@": lambda said: {
        "event": "hard_bounce", "email": "bo@acme.example",
        "X-Mailin-custom": said["headers"]["X-Mailin-custom"],
    },
    "mailjet://k:s@": lambda said: {
        "event": "bounce", "email": "bo@acme.example", "time": 1741968000, "hard_bounce": True,
        "error": "user unknown", "Payload": said["Globals"]["EventPayload"],
    },
    "sparkpost://k@": lambda said: [{"msys": {"message_event": {
        "type": "bounce", "bounce_class": "10", "event_id": "1", "timestamp": "1741968000",
        "rcpt_to": "bo@acme.example", "rcpt_meta": said["metadata"],
    }}}],
}  # fmt: skip


@pytest.mark.parametrize("url", OTHERS)
def test_every_provider_tells_of_the_row_that_it_was_told(told, bo, provider, settings, url):
    use(settings, f"{url}?api_url=http://127.0.0.1:{provider.server_port}/")
    letter_to(bo)
    outbox.send_due(now=FRIDAY)
    # Whatever it makes of the answer, which is another provider's: the mail was taken.
    OutboxMessage.objects.update(state="sent", sent_at=FRIDAY, lease_until=None)
    use(settings, url)
    assert told(OTHERS[url](provider.asked[0])).status_code == 200
    assert rung() == [("acme", "Hello: it came back after it was sent")]


def test_an_event_counts_once_however_often_it_is_told(told, bo):
    told(BOUNCE)
    SuppressedAddress.objects.all().delete()  # CS ops has asked: the address is right
    assert told(BOUNCE).status_code == 200
    assert not SuppressedAddress.objects.exists()
    told({**BOUNCE, "ID": 692560174})
    assert SuppressedAddress.objects.exists()


@pytest.mark.parametrize(
    "event",
    [
        {**BOUNCE, "Type": "SoftBounce", "TypeCode": 4096},
        {**BOUNCE, "Type": "Transient", "TypeCode": 2},
        {"RecordType": "Delivery", "Recipient": "bo@acme.example", "MessageID": "1"},
        {"RecordType": "Open", "Recipient": "bo@acme.example", "MessageID": "1"},
    ],
    ids=["full for now", "away for now", "delivered", "opened"],
)
def test_what_is_no_bounce_for_good_suppresses_nobody(told, bo, event):
    assert told(event).status_code == 200
    assert not SuppressedAddress.objects.exists()


def test_an_address_that_nobody_has_does_no_harm_and_is_answered_alike(told, bo):
    answers = {told({**BOUNCE, "ID": n, "Email": to}).content for n, to in
               enumerate(["nobody@elsewhere.example", "bo@acme.example", "\x07", ""])}  # fmt: skip
    assert answers == {b"Noted."}


def test_without_the_secret_nothing_is_heard_and_nothing_is_a_page(told, bo, settings):
    right = mail_events.events_path()
    wrong = right[:-2] + ("1/" if right.endswith("0/") else "0/")
    for path in (wrong, "/hooks/mail/x/"):
        answer = told(BOUNCE, path)
        assert (answer.status_code, answer["Content-Type"][:10]) == (404, "text/plain")
    settings.MAIL_PROVIDER = ""
    assert told(BOUNCE, right).status_code == 404
    assert not SuppressedAddress.objects.exists()


@pytest.mark.parametrize("body", [[], 5, "words", {}, {"RecordType": "Bounce"}, {"FromFull": {}}])
def test_a_body_that_is_no_event_is_refused_in_words(told, body):
    answer = told(body)
    assert answer.status_code in (200, 400)
    assert answer["Content-Type"].startswith("text/plain")
    assert not SuppressedAddress.objects.exists()


def test_a_provider_that_signs_is_asked_for_its_signature_too(settings, client, bo):
    use(settings, "mailgun://key@mg.acme.example?webhook_signing_key=sign")
    token, stamp = "a" * 50, "1741968000"

    def told_with(signature: str) -> int:
        event = {
            "signature": {"token": token, "timestamp": stamp, "signature": signature},
            "event-data": {
                "event": "complained", "id": "e1", "timestamp": 1741968000.5,
                "recipient": "bo@acme.example", "message": {"headers": {"message-id": "1"}},
            },
        }  # fmt: skip
        path, kind = mail_events.events_path(), "application/json"
        return client.post(path, data=json.dumps(event), content_type=kind).status_code

    assert told_with("0" * 64) == 400
    assert not SuppressedAddress.objects.exists()
    assert told_with(hmac.new(b"sign", (stamp + token).encode(), hashlib.sha256).hexdigest()) == 200
    assert SuppressedAddress.objects.get().reason == "complained"


def test_ops_are_told_the_address_to_enter(settings, capsys):
    use(settings, "postmark://tok@")
    call_command("mail_events")
    assert capsys.readouterr().out.strip() == settings.BASE_URL + mail_events.events_path()


def test_the_headers_arrive_at_a_mail_server(settings, bo):
    ada = User.objects.create_user("ada@ours.example", name="Ada Own")
    with mail_server(settings) as server:
        for number in (1, 2):
            letter_to(bo, f"k{number}", sender=ada, thread="play:1")
            outbox.send_due(now=FRIDAY)

    first, second = server.letters
    assert (first["To"], first["Reply-To"]) == ("bo@acme.example", "ada@ours.example")
    assert first["From"] == "Ada Own <platform@localhost>"
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"] == first["Message-ID"]
    assert first["In-Reply-To"] is None
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = first["List-Unsubscribe"].strip()[1:-1]  # folded: it is long
    assert link in first.get_payload(decode=True).decode()
    assert Client().post(link).status_code == 200
    assert SuppressedAddress.objects.get().reason == "unsubscribed"


def test_a_letter_written_at_night_says_from_the_start_when_it_goes(bo):
    night = datetime(2025, 3, 14, 22, tzinfo=UTC)  # a Friday: Monday morning is next
    monday = datetime(2025, 3, 17, 8, tzinfo=UTC)
    row = letter_to(bo, now=night)
    assert (row.next_at, row.reason) == (monday, "it is not their working time")

    held = letter_to(bo, "held", now=night, is_held=True)
    ada = User.objects.create_user("ada@ours.example", name="Ada")
    customer_mail.approve(message_id=held.pk, subject="S", body="B", by=ada, now=night)
    held.refresh_from_db()
    assert (held.next_at, held.state) == (monday, "new")
