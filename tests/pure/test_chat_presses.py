"""Whoever presses a button in a chat is who the chat says, and pressed it just now."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from accounts.chat_messages import ChatMessage, ChatTask, slack_body, teams_body
from accounts.chat_presses import (
    Press,
    UnprovenError,
    UnreadablePressError,
    read_slack,
    read_teams,
)

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
TASK = ChatTask(12, [("reached", "Reached"), ("no_response", "No response")])
MESSAGE = ChatMessage("Call them: Acme", "<!channel> *fell*", "https://cs.example/plays/1/", TASK)


def slack_request(payload, *, secret="slack-secret", at=NOW):  # noqa: S107
    body = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return body, {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def teams_request(said, *, key=b"teams-secret", at=NOW):
    body = json.dumps({"timestamp": at.isoformat(), **said}).encode()
    digest = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    return body, {"Authorization": f"HMAC {digest}"}


def slack(payload, *, now=NOW, **how):
    body, headers = slack_request(payload, **how)
    return read_slack(body, headers=headers, secret="slack-secret", now=now)


def teams(said, *, now=NOW, **how):
    body, headers = teams_request(said, **how)
    secret = base64.b64encode(b"teams-secret").decode()
    return read_teams(body, headers=headers, secret=secret, now=now)


def pressed(**action):
    return {"type": "block_actions", "user": {"id": "U1"}, "actions": [action]}


def test_the_signature_is_that_of_slacks_own_example():
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    at, secret = datetime.fromtimestamp(1531420618, UTC), "8f742231b10e8888abcd99yyyzzz85a5"
    with pytest.raises(UnreadablePressError):  # proven; a command is no press of a button
        read_slack(body, headers=headers, secret=secret, now=at)
    with pytest.raises(UnprovenError):
        read_slack(body + b"&", headers=headers, secret=secret, now=at)


@pytest.mark.parametrize(
    ("action", "press"),
    [
        ({"action_id": "done:reached", "value": "12"}, Press("U1", 12, "done", "reached")),
        ({"action_id": "snooze:5", "value": "12"}, Press("U1", 12, "snooze", "5")),
        (
            {"action_id": "reassign", "block_id": "task:12", "selected_user": "U2"},
            Press("U1", 12, "reassign", "U2"),
        ),
        ({"action_id": "open"}, None),
    ],
)
def test_a_press_in_slack_is_read(action, press):
    assert slack(pressed(**action)) == press


def test_every_button_that_slack_shows_is_one_that_is_read():
    blocks = slack_body(MESSAGE)["blocks"]
    elements = [each for block in blocks for each in block.get("elements", ())]
    ids = [each["action_id"] for each in elements]
    assert ids == ["open", "done:reached", "done:no_response", "snooze:1", "snooze:5", "reassign"]
    assert [block["block_id"] for block in blocks if "block_id" in block] == ["task:12"]
    texts = [block["text"] for block in blocks if "text" in block]
    assert {each["type"] for each in texts} == {"plain_text"}  # a customer's words mention nobody


def test_every_button_that_teams_shows_is_one_that_is_read():
    body = teams_body(MESSAGE, people=[("aad-2", "Bob")])
    (card,) = [each["content"] for each in body["attachments"]]
    choices = next(each for each in card["body"] if each["type"] == "Input.ChoiceSet")
    presses = [
        teams({"from": {"aadObjectId": "aad-1"}, "value": each["data"] | {choices["id"]: "aad-2"}})
        for each in card["actions"]
        if each["type"] == "Action.Submit"
    ]
    assert presses == [
        Press("aad-1", 12, "done", "reached"),
        Press("aad-1", 12, "done", "no_response"),
        Press("aad-1", 12, "snooze", "1"),
        Press("aad-1", 12, "snooze", "5"),
        Press("aad-1", 12, "reassign", "aad-2"),
    ]


PRESS = pressed(action_id="done:reached", value="12")
SAID = {"from": {"aadObjectId": "a"}, "value": {"task": 12, "do": "done", "value": "reached"}}


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_long_ago_or_for_later_proves_nothing(minutes):
    at = NOW + timedelta(minutes=minutes)
    with pytest.raises(UnprovenError):
        slack(PRESS, at=at)
    with pytest.raises(UnprovenError):
        teams(SAID, at=at)


def test_what_is_signed_with_another_secret_or_not_at_all_proves_nothing():
    with pytest.raises(UnprovenError):
        slack(PRESS, secret="other")
    with pytest.raises(UnprovenError):
        teams(SAID, key=b"other")
    for read, secret in ((read_slack, "slack-secret"), (read_teams, "dGVhbXM="), (read_teams, "ü")):
        with pytest.raises(UnprovenError):
            read(b"payload={}", headers={}, secret=secret, now=NOW)


@pytest.mark.parametrize(
    "payload",
    [
        [], 5, {}, {"user": {"id": "U1"}, "actions": []}, {"user": "U1", "actions": [{}]},
        pressed(action_id="done:reached", value="x"), pressed(action_id="done:reached", value="-1"),
        pressed(action_id="reassign", block_id="12x"), pressed(action_id="done:reached"),
    ],
)  # fmt: skip
def test_what_is_signed_and_no_press_is_refused(payload):
    with pytest.raises(UnreadablePressError):
        slack(payload)
    with pytest.raises(UnreadablePressError):
        teams({"value": payload, "from": {"aadObjectId": "a"}})


def test_a_time_in_teams_without_a_zone_is_none():
    with pytest.raises(UnreadablePressError):
        teams(SAID, at=NOW.replace(tzinfo=None))
