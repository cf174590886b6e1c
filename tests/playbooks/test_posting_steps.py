"""Steps that tell somebody outside: a chat, another system, a person in the product; each once."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.event_catalogue import CATALOGUE, EventType
from accounts.models import Contact, Endpoint, OutboxMessage
from accounts.work import in_product, outbox
from accounts.work.in_product import Happened
from playbooks.actions import cancel_play
from playbooks.engine import start_play
from playbooks.models import Play, Playbook, StepResult, Task
from playbooks.publishing import PlaybookError
from tests.playbooks.conftest import NOW, fire
from tests.playbooks.test_step_kinds import (
    CALL,
    MONDAY,
    opened,
    published,
    results,
    started,
    step,
    tick,
)
from tests.web_receiver import receiver

DRAFT = {"subject": "New for {{ account }}", "body": "Dear {{ contact }}, try it"}


def endpoint(kind: str, url="https://chat.example/", **values) -> Endpoint:
    made = Endpoint(**{"key": "place", "name": "Place", "kind": kind, "created_at": NOW} | values)
    made.take(url=url, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made.save()
    return made


@pytest.mark.parametrize("kind", ["slack", "teams", "webhook"])
def test_a_step_posts_to_its_endpoint_once_and_leads_on(house, settings, kind):
    with receiver(settings) as server:
        endpoint(kind, server.url)
        tell = step("tell", kind, to="place", guidance="Have a look", due={"hours": 0})
        started(house, CALL | {"due": {"hours": 1}}, tell)
        tick(MONDAY)
        tick(MONDAY)
        outbox.send_due(now=MONDAY)
        outbox.send_due(now=MONDAY)

    assert results() == [("tell", "posted")]
    assert StepResult.objects.get().detail == "Place"
    ((_, _, body),) = server.requests
    said = json.loads(body)
    task, play = Task.objects.get(), Play.objects.get()
    if kind == "webhook":
        assert said["type"] == "play.step"
        assert set(said["data"]) == set(CATALOGUE[EventType.PLAY_STEP].fields)
        assert (said["data"]["step"], said["data"]["account"]) == ("tell", "acme")
    else:
        text = json.dumps(said)
        assert "tell: acme" in text
        assert "Have a look" in text
        assert f"/plays/{play.pk}/" in text
        assert str(task.pk) in text  # the buttons are of the task that waits


CHANGES = [{"key": "elsewhere"}, {"kind": "teams"}, {"is_active": False}]


@pytest.mark.parametrize("change", CHANGES)
def test_a_step_whose_endpoint_is_gone_since_says_so_and_the_play_goes_on(house, change):
    endpoint("slack")
    published(step("tell", "slack", to="place"), CALL)
    Endpoint.objects.update(**change)
    start_play(account=house.account(), playbook_key="small", by=house.people["alice"], now=NOW)
    assert results() == [("tell", "nobody")]
    assert StepResult.objects.get().detail == "no endpoint “place”"
    assert opened() == ["call"]


@pytest.mark.parametrize("change", CHANGES)
def test_what_posts_nowhere_is_not_published(house, change):
    endpoint(**{"kind": "slack"} | change)
    with pytest.raises(PlaybookError, match="Step “tell”: There is no open Slack endpoint “place”"):
        published(step("tell", "slack", to="place"), CALL)
    assert not Playbook.objects.filter(key="small", state="published").exists()


def person(account, **values):
    fields = {"external_id": "bo", "name": "Bo", "email": "", "met_on": date(2025, 1, 1)} | values
    return Contact.objects.create(account=account, **fields)


def show(house, account, draft=DRAFT):
    published(step("news", "in_app", mail=draft))
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)


def test_a_message_in_the_product_goes_to_who_is_closest_with_or_without_an_address(house):
    account = house.account()
    bo = person(account)
    show(house, account)
    tick(MONDAY)

    (row,) = OutboxMessage.objects.filter(contact__isnull=False)
    assert (row.channel, row.contact, row.subject) == ("in_app", bo, "New for acme")
    assert row.body == "Dear Bo, try it"
    outbox.send_due(now=NOW)
    row.refresh_from_db()
    assert (row.state, results()) == ("new", [("news", "written")])
    in_product.tell(row.pk, Happened.SHOWN, people=[bo.pk], now=NOW)  # before their hours begin
    row.refresh_from_db()
    assert (row.state, row.valid_until) == ("sent", NOW + timedelta(days=14))


@pytest.mark.parametrize("draft", [DRAFT, DRAFT | {"body": "Before {{ renewal_date }}"}])
def test_without_a_reader_or_with_a_hole_in_it_nothing_is_shown(house, draft):
    account = house.account()
    person(account, do_not_contact=draft is DRAFT)
    show(house, account, draft)
    assert results() == [("news", "nobody")]
    assert not OutboxMessage.objects.filter(contact__isnull=False).exists()


def test_what_is_not_shown_when_the_play_ends_is_not_shown_after(house):
    account = house.account()
    person(account)
    published(step("news", "in_app", mail=DRAFT), CALL)
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    cancel_play(play_id=Play.objects.get().pk, reason="They called", by=None, now=NOW)
    outbox.send_due(now=NOW + timedelta(days=1))
    assert OutboxMessage.objects.get(contact__isnull=False).state == "suppressed"


WAIT = step("pause", "wait", lasts={"business_days": 5}, until_signal=["event.reorganisation"])


def test_a_wait_ends_with_the_signal_it_waits_for(house):
    account = started(house, WAIT, CALL)
    at = NOW + timedelta(hours=3)
    house.rings(account, "event.funding", at=at)
    fire(at)
    tick(at)
    assert results() == [("pause", "")]

    house.rings(account, "event.reorganisation", at=at)
    fire(at + timedelta(minutes=1))
    tick(at + timedelta(minutes=2))
    assert (results(), opened()) == ([("pause", "met")], ["call"])


def test_what_rang_before_the_wait_to_another_account_or_long_ago_ends_nothing(house):
    account, other = house.account(), house.account("other")
    house.rings(account, "event.reorganisation")
    fire(NOW - timedelta(minutes=1))
    published(WAIT, CALL)
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    house.rings(other, "event.reorganisation")
    house.rings(account, "event.reorganisation", at=NOW - timedelta(days=30))  # learned late
    fire(NOW + timedelta(hours=1))
    tick(NOW + timedelta(days=1, hours=2))
    assert results() == [("pause", "")]

    tick(datetime(2025, 3, 21, 10, tzinfo=UTC))
    assert results() == [("pause", "over")]
