"""What slow clients send to the platform: the beginnings of requests, some with a machine key."""

import json

from tests.accounts.bulk import USAGE, make_key, usage
from tests.cs_platform.slow_clients import chunked, get, post

MANY = 200
ROWS = json.dumps([usage()]).encode()
_FORM = "Content-Type: application/x-www-form-urlencoded"
_LOG_IN = post("/login/", _FORM, body=b"login=a", length=100)

# By kind: from the headers of a sender to what is sent at first.
SLOW = {
    "half-sent heads": lambda key: b"GET /login/ HTTP/1.1\r\nHost: local",
    "half-sent log-in forms": lambda key: _LOG_IN,
    "half-sent bulk bodies": lambda key: post(USAGE, *key, body=ROWS[:20], length=len(ROWS)),
    "half-sent large bodies": lambda key: post(USAGE, *key, body=ROWS[:20], length=1_000_000),
    "half-sent chunks": lambda key: chunked(USAGE, *key, chunks=[ROWS[:20]], ended=False),
    "kept connections": lambda key: get("/healthz"),
}


def rest(kind: str) -> bytes:
    """What is sent again and again afterwards."""
    return b"" if kind == "kept connections" else b" "


def sender() -> tuple[str, str]:
    """The headers of somebody who may send."""
    return (f"Authorization: Bearer {make_key()}", "Content-Type: application/json")
