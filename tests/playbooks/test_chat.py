"""Buttons in Slack and Teams: with the person's own rights, once however often the press comes."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit import changes_of
from accounts.event_catalogue import EventType
from accounts.models import ChatIdentity, Endpoint, OutboxMessage
from accounts.work import outbox
from playbooks.models import Task
from tests.playbooks.conftest import NOW, fire, meanwhile
from tests.pure.test_chat_presses import pressed, slack_request, teams_request
from tests.web_receiver import receiver


def endpoint(kind: str, secret: str, *events: EventType, url="https://chat.example/") -> Endpoint:
    made = Endpoint(key=kind, name=kind, kind=kind, events=events, created_at=NOW)
    made.take(url=url, secret=secret)
    made.save()
    return made


@pytest.fixture
def slack(house) -> Endpoint:
    """Where Alice (U1), Bob (U2) and Eva, who may work on no account (U3), are known."""
    made = endpoint("slack", "slack-secret")
    for number, name in enumerate(("alice", "bob", "eva"), start=1):
        ChatIdentity.objects.create(endpoint=made, chat_id=f"U{number}", user=house.people[name])
    return made


@pytest.fixture
def task(house) -> Task:
    house.falls(house.account(), "watch")
    fire()
    return Task.objects.get()


def press(by="U1", **action):
    return slack_request(pressed(**action) | {"user": {"id": by}}, at=datetime.now(UTC))


def send(body, headers):
    return Client(enforce_csrf_checks=True).post(
        reverse("chat_slack", args=["slack"]),
        data=body, content_type="application/x-www-form-urlencoded", headers=headers,
    )  # fmt: skip


def done(task, **how):
    return press(action_id="done:reached", value=str(task.pk), **how)


def test_a_task_is_done_by_the_one_who_pressed(slack, task):
    answer = send(*done(task))

    task.refresh_from_db()
    assert (task.state, task.outcome, task.closed_by.email) == (
        "done", "reached", "alice@demo.example",
    )  # fmt: skip
    assert answer.json()["text"] == f"Done by alice: {task.title} (reached)."
    said = OutboxMessage.objects.get(endpoint=slack)
    assert json.loads(said.body)["text"] == answer.json()["text"]


def test_the_same_press_that_comes_again_does_nothing_and_is_answered_alike(slack, task):
    body, headers = done(task)
    answers = [send(body, headers).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert OutboxMessage.objects.filter(endpoint=slack).count() == 1
    again = send(*done(task)).json()["text"]  # pressed a second time: another press
    assert "already" in again or answers[0]["text"] == again


@pytest.mark.parametrize(
    ("by", "says"), [("U3", "not yours"), ("U9", "Nobody is known here as you")]
)
def test_nobody_does_in_a_chat_what_they_may_not_do_here(slack, task, by, says):
    assert says in send(*done(task, by=by)).json()["text"]
    task.refresh_from_db()
    assert task.state == "open"


def test_who_left_does_nothing(slack, task, house):
    type(house.people["alice"]).objects.filter(name="alice").update(is_active=False)
    assert "Nobody is known" in send(*done(task)).json()["text"]


def test_a_task_is_snoozed_to_the_next_working_day_and_handed_over(slack, task, house):
    send(*press(action_id="snooze:1", value=str(task.pk)))
    task.refresh_from_db()
    assert (task.state, task.snoozed_until > NOW) == ("snoozed", True)

    send(*press(action_id="reassign", block_id=f"task:{task.pk}", selected_user="U2"))
    task.refresh_from_db()
    assert task.owner == house.people["bob"]
    to_eva = press(action_id="reassign", block_id=f"task:{task.pk}", selected_user="U3")
    assert "choose somebody else" in send(*to_eva).json()["text"]


@pytest.mark.parametrize("action", ["done:nonsense", "done:notified", "snooze:x", "snooze:0"])
def test_what_no_button_says_changes_nothing(slack, task, action):
    assert send(*press(action_id=action, value=str(task.pk))).status_code == 200
    task.refresh_from_db()
    assert task.state == "open"


def test_without_the_signature_nothing_is_done(slack, task):
    body, headers = done(task)
    assert send(body, {**headers, "X-Slack-Signature": "v0=0"}).status_code == 401
    assert send(body + b"&more=1", headers).status_code == 401
    Endpoint.objects.update(is_active=False)
    assert send(body, headers).status_code == 404
    task.refresh_from_db()
    assert task.state == "open"


@pytest.mark.django_db(transaction=True)
def test_a_press_that_comes_twice_at_once_is_done_once(transactional_db, house, slack, task):
    body, headers = done(task)
    with meanwhile(lambda: send(body, headers)):
        send(body, headers)
    assert Task.objects.get(pk=task.pk).state == "done"
    assert OutboxMessage.objects.filter(endpoint=slack).count() == 1


def test_a_card_in_teams_does_the_same_and_answers_in_place(house, task):
    secret = base64.b64encode(b"teams-secret").decode()
    made = endpoint("teams", secret)
    ChatIdentity.objects.create(endpoint=made, chat_id="aad-1", user=house.people["alice"])
    said = {"from": {"aadObjectId": "aad-1"},
            "value": {"task": task.pk, "do": "done", "value": "reached"}}  # fmt: skip
    body, headers = teams_request(said, at=datetime.now(UTC))
    path = reverse("chat_teams", args=["teams"])
    answers = [
        Client().post(path, data=body, content_type="application/json", headers=headers).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert answers[0]["text"].startswith("Done by alice")
    task.refresh_from_db()
    assert task.state == "done"
    assert not OutboxMessage.objects.filter(endpoint=made).exists()


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_a_channel_is_told_of_a_new_task_with_its_buttons(settings, house, kind):
    with receiver(settings) as server:
        made = endpoint(kind, "x", EventType.TASK_CREATED, url=server.url)
        ChatIdentity.objects.create(endpoint=made, chat_id="b", user=house.people["bob"])
        house.falls(house.account(), "watch")
        fire()
        outbox.send_due(now=NOW + timedelta(minutes=1))

    ((_, headers, body),) = server.requests
    text = body.decode()
    assert "webhook-signature" not in headers
    task = Task.objects.get()
    assert f"{task.title}: acme" in text
    assert f"http://localhost:8000/tasks/{task.pk}/" in text
    assert ("Done: Reached" in text, "Hand over" in text) == (True, True)


def test_what_was_done_in_a_chat_is_in_the_audit_trail_as_theirs(slack, task, house):
    send(*done(task))
    change = changes_of(task)[0]
    assert "alice" in str(change)
