"""Outgoing webhooks: signed, again when they fail, never to an address inside, never twice."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Endpoint, OutboxMessage
from accounts.sealed_secrets import SealBrokenError, unseal
from accounts.webhook_signatures import SecretShapeError, key_of, new_secret, signed_headers
from accounts.work import outbox, outgoing_http
from tests.fresh_sign_in import sign_in_freshly
from tests.permission_house import build_house
from tests.web_receiver import Receiver
from tests.web_receiver import receiver as run_receiver

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    with run_receiver(settings) as server:
        yield server


def endpoint(url: str, **values) -> Endpoint:
    fields = {"key": "crm", "name": "CRM", "kind": "webhook", "created_at": NOW, **values}
    made = Endpoint(**fields)
    made.take(url=url, secret=SECRET, host="crm.example")
    made.save()
    return made


def message(to: Endpoint, key: str = "k") -> OutboxMessage:
    return OutboxMessage.objects.create(
        key=key, channel="webhook", endpoint=to, subject="test", body='{"n": 1}', next_at=NOW
    )


def told(row: OutboxMessage) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.reason


def test_a_signature_is_that_of_the_standards_own_example():
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers(
        secret=SECRET, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", body=b'{"test": 2432232314}',
        at=at,
    )  # fmt: skip
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2La", "whsec_ü"]
)
def test_a_secret_of_another_shape_is_refused_and_not_quoted(secret):
    with pytest.raises(SecretShapeError) as refused:
        key_of(secret)
    assert "c2hvcnQ" not in str(refused.value)
    assert len(key_of(new_secret())) == 32


@pytest.mark.django_db
def test_a_message_arrives_signed_with_the_endpoints_secret(receiver):
    row = message(endpoint(receiver.url))
    outbox.send_due(now=NOW)
    outbox.send_due(now=NOW + timedelta(days=9))

    ((path, headers, body),) = receiver.requests
    assert (path, body, headers["content-type"]) == (
        "/hook?for=cs",
        b'{"n": 1}',
        "application/json",
    )
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60  # real time, not the frozen
    assert told(row) == ("sent", "")


@pytest.mark.django_db
def test_a_receiver_that_fails_is_asked_again_later_under_the_same_id(receiver):
    receiver.answers = [500, 503, 404, 200]
    row = message(endpoint(receiver.url))
    now, waits = NOW, []
    while told(row)[0] == "new":
        outbox.send_due(now=now)
        row.refresh_from_db()
        waits.append((row.next_at - now).total_seconds())
        now = row.next_at

    ids = {headers["webhook-id"] for _, headers, _ in receiver.requests}
    assert (len(receiver.requests), len(ids), row.state) == (4, 1, "sent")
    # 5 s, 5 min, half an hour, each give or take a tenth
    least = (4.5, 270, 1620)
    assert [low < wait < 1.25 * low for low, wait in zip(least, waits[:3], strict=True)] == [
        True
    ] * 3


@pytest.mark.django_db
def test_what_never_gets_through_is_a_dead_letter_and_goes_out_when_ops_resend_it(receiver, client):
    receiver.answers = [500]
    row = message(endpoint(receiver.url))
    now = NOW
    while told(row)[0] == "new":
        outbox.send_due(now=now)
        row.refresh_from_db()
        now = max(now, row.next_at)
    assert told(row) == ("dead", "The receiver answered 500")
    assert len(receiver.requests) == 11

    receiver.answers = [200]
    client.force_login(build_house().people["ops"])
    client.post(reverse("ops_message_resend", args=[row.pk]))
    outbox.send_due(now=datetime.now(UTC) + timedelta(minutes=1))
    assert told(row)[0] == "sent"
    assert len({headers["webhook-id"] for _, headers, _ in receiver.requests}) == 1


@pytest.mark.django_db
def test_a_receiver_that_hangs_or_drips_costs_no_more_than_a_call(receiver, monkeypatch):
    monkeypatch.setattr(outgoing_http, "CALL_SECONDS", 1)
    to = endpoint(receiver.url)
    hanging, other = message(to), message(to, "other")
    receiver.hang = 3
    began = time.monotonic()
    outbox.send_due(now=NOW)
    assert told(hanging) == ("new", "Nobody answered in time")
    assert (told(other), other.attempts) == (("new", ""), 0)  # waits a minute, and costs no call
    assert other.next_at == NOW + timedelta(minutes=1)
    receiver.hang, receiver.drip = 0, 600  # a minute in all
    answer = outgoing_http.post(receiver.url, body=b"{}", headers={})
    assert (answer.status, len(answer.body) < 100) == (200, True)
    assert time.monotonic() - began < 40  # three seconds, on a machine with nothing else to do


@pytest.mark.django_db
def test_a_redirect_is_not_followed_not_even_to_the_same_receiver(receiver):
    receiver.answers = [(307, receiver.url), 200]
    row = message(endpoint(receiver.url))
    outbox.send_due(now=NOW)
    assert told(row) == ("new", "The receiver answered 307")
    assert len(receiver.requests) == 1


@pytest.mark.django_db
def test_a_receiver_that_is_gone_is_switched_off_and_gets_nothing_more(receiver):
    receiver.answers = [410]
    to = endpoint(receiver.url)
    first, second = message(to), message(to, "second")
    outbox.send_due(now=NOW)
    assert told(first) == (
        "dead",
        "The receiver wants nothing more (410): its endpoint was switched off",
    )
    assert told(second) == ("suppressed", "the endpoint is switched off")
    assert len(receiver.requests) == 1


INSIDE = [
    "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://0.0.0.0/",
    "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/", "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/", "https://[fd00::1]/", "https://[fe80::1]/",
    "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/",
    "https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://224.0.0.1/",
]  # fmt: skip
MISSHAPEN = [
    "", "crm.example", "ftp://crm.example/", "https://", "https://user:word@crm.example/",
    "file:///etc/passwd", "https://crm.example:99999/", "http://8.8.8.8/",
]  # fmt: skip


@pytest.mark.parametrize("url", [*INSIDE, *MISSHAPEN])
def test_nothing_is_posted_to_an_address_inside_or_that_is_none(url):
    with pytest.raises(outgoing_http.RefusedUrlError):
        outgoing_http.post(url, body=b"{}", headers={})
    with pytest.raises(outgoing_http.RefusedUrlError):
        outgoing_http.check_url(url)


@pytest.mark.django_db
def test_a_receiver_inside_is_a_dead_letter_at_once_unless_its_network_is_named(receiver, settings):
    settings.OUTGOING_NETWORKS = ()
    row = message(endpoint(receiver.url.replace("127.0.0.1", "localhost")))
    outbox.send_due(now=NOW)
    assert told(row) == ("dead", "Its address is none that may be called")
    assert receiver.requests == []


@pytest.mark.django_db
def test_address_and_secret_are_sealed_at_rest(settings):
    made = endpoint("https://hooks.acme.example/T0/B1/word")
    made.refresh_from_db()
    assert "word" not in made.sealed_url
    assert SECRET.removeprefix("whsec_") not in made.sealed_secret
    assert (made.url, made.secret) == ("https://hooks.acme.example/T0/B1/word", SECRET)
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(SealBrokenError):
        unseal(made.sealed_secret)


@pytest.mark.django_db
def test_ops_enter_an_endpoint_and_its_secret_is_on_no_page_after(client, settings):
    ops = build_house().people["ops"]
    sign_in_freshly(client, ops)
    url, add = "https://8.8.8.8/hook/word", reverse("admin:accounts_endpoint_add")
    offered = client.get(add).context["adminform"].form["secret"].value()
    said = {
        "name": "CRM", "key": "crm", "kind": "webhook", "url": url, "secret": offered,
        "events": ["play.started"], "is_active": "on",
        "people-TOTAL_FORMS": 0, "people-INITIAL_FORMS": 0,
    }  # fmt: skip
    inside = client.post(add, {**said, "url": "https://10.0.0.1/"})
    assert "not on the public internet" in inside.content.decode()
    assert client.post(add, said).status_code == 302

    made = Endpoint.objects.get()
    assert (made.url, made.secret, made.host, made.created_by) == (url, offered, "8.8.8.8", ops)
    change = reverse("admin:accounts_endpoint_change", args=[made.pk])
    history = reverse("admin:accounts_endpoint_history", args=[made.pk])
    pages = [client.get(each).content.decode() for each in (change, history, add)]
    assert not [page for page in pages if "hook/word" in page or offered in page]
    kept = {**said, "url": "", "secret": "", "name": "The CRM"}
    assert client.post(change, kept).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.url, made.secret) == ("The CRM", url, offered)


@pytest.mark.django_db
def test_ops_try_an_endpoint_and_read_what_came_of_it(client, receiver):
    ops = build_house().people["ops"]
    sign_in_freshly(client, ops)
    made = [
        endpoint(receiver.url),
        endpoint(receiver.url, key="room", name="Room", kind="teams"),
        endpoint(receiver.url, key="old", name="Old", is_active=False),
    ]
    listed = reverse("admin:accounts_endpoint_changelist")
    tried = {"action": "send_test", "_selected_action": [each.pk for each in made]}
    page = client.post(listed, tried, follow=True).content.decode()
    assert "A test message is on its way to CRM" in page
    assert "Old is switched off, so nothing was sent." in page

    hook, room = OutboxMessage.objects.order_by("pk")
    assert json.loads(hook.body)["type"] == "endpoint.test"
    assert json.loads(hook.body)["data"] == {"endpoint": "crm", "sent_by": ops.email}
    assert "Test message to Room" in room.body
    outbox.send_due(now=datetime.now(UTC) + timedelta(minutes=1))
    assert {told(hook)[0], told(room)[0]} == {"sent"}
    assert len(receiver.requests) == 2
