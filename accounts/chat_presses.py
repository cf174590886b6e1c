"""What somebody pressed in a chat: proven by its signature, and no older than five minutes."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

FRESH = timedelta(minutes=5)


class UnprovenError(ValueError):
    """Not signed with the secret of the endpoint, or too old."""


class UnreadablePressError(ValueError):
    """Signed, and nothing that one of our buttons sends."""


@dataclass(frozen=True, slots=True)
class Press:
    """`person` and, of a task handed over, `value` are ids of people in the chat."""

    person: str
    task_id: int
    do: str
    value: str


def read_slack(
    body: bytes, *, headers: Mapping[str, str], secret: str, now: datetime
) -> Press | None:
    """None for a press that asks nothing of us (a link). Raises UnprovenError,
    UnreadablePressError."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    signed = b"v0:" + stamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not _is_same_secret(headers.get("X-Slack-Signature", ""), expected):
        raise UnprovenError
    try:
        _be_fresh(datetime.fromtimestamp(int(stamp), UTC), now)
        payload = json.loads(parse_qs(body.decode())["payload"][0])
        (action,) = payload["actions"]
        return _slack_press(str(payload["user"]["id"]), action)
    except (LookupError, TypeError, AttributeError, OverflowError) as error:
        raise UnreadablePressError from error
    except UnprovenError:
        raise
    except ValueError as error:
        raise UnreadablePressError from error


def _slack_press(person: str, action: Mapping[str, Any]) -> Press | None:
    do, _, value = str(action["action_id"]).partition(":")
    if do == "reassign":
        task_id = str(action["block_id"]).removeprefix("task:")
        return Press(person, _task_id_of(task_id), do, str(action["selected_user"]))
    if do not in ("done", "snooze"):
        return None
    return Press(person, _task_id_of(action["value"]), do, value)


def read_teams(body: bytes, *, headers: Mapping[str, str], secret: str, now: datetime) -> Press:
    """Raises UnprovenError, UnreadablePressError."""
    if not is_teams_secret(secret):
        raise UnprovenError
    key = base64.b64decode(secret)
    digest = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    if not _is_same_secret(headers.get("Authorization", ""), f"HMAC {digest}"):
        raise UnprovenError
    try:
        said = json.loads(body)
        _be_fresh(datetime.fromisoformat(said["timestamp"]), now)
        pressed, person = said["value"], str(said["from"]["aadObjectId"])
        do = str(pressed["do"])
        value = str(pressed["to"] if do == "reassign" else pressed["value"])
        return Press(person, _task_id_of(pressed["task"]), do, value)
    except UnprovenError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnreadablePressError from error


def is_teams_secret(secret: str) -> bool:
    try:
        return bool(base64.b64decode(secret, validate=True))
    except ValueError:
        return False


def _is_same_secret(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _be_fresh(at: datetime, now: datetime) -> None:
    """A time without a zone is no time: it raises TypeError."""
    if abs(now - at) > FRESH:
        raise UnprovenError


def _task_id_of(value: Any) -> int:
    number = int(value)
    if not 0 < number < 2**63:
        raise ValueError("no id")
    return number
