"""The platform answers while many clients are slow: web as `manage.py up` starts it."""

import json

import pytest

from cs_platform.supervisor import WEB
from tests.accounts.bulk import USAGE, make_key, usage
from tests.cs_platform.slow_clients import (
    Dripping,
    ask,
    chunked,
    get,
    post,
    seconds_of,
    served,
)

MANY = 200
ROWS = json.dumps([usage()]).encode()


@pytest.fixture(scope="module")
def port(django_db_setup):
    with served(WEB) as (port, _):
        yield port


@pytest.fixture
def key(transactional_db) -> tuple[str, str]:
    return (f"Authorization: Bearer {make_key()}", "Content-Type: application/json")


SLOW = {
    "half-sent heads": lambda key: b"GET /login/ HTTP/1.1\r\nHost: local",
    "half-sent log-in forms": lambda key: post("/login/", FORM, body=b"login=a", length=100),
    "half-sent bulk bodies": lambda key: post(USAGE, *key, body=ROWS[:20], length=len(ROWS)),
    "half-sent large bodies": lambda key: post(USAGE, *key, body=ROWS[:20], length=1_000_000),
    "half-sent chunks": lambda key: chunked(USAGE, *key, chunks=[ROWS[:20]], ended=False),
    "kept connections": lambda key: get("/healthz"),
}
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.mark.parametrize("kind", SLOW)
def test_probes_and_senders_do_not_wait_for_slow_clients(port, key, kind):
    rest = b"" if kind == "kept connections" else b" "
    with Dripping(port, count=MANY, start=SLOW[kind](key), rest=rest):
        took = [seconds_of(lambda: ask(port, get("/healthz"))) for _ in range(20)]
        assert sorted(took)[10] < 1, took  # one may be unlucky on a busy machine
        assert ask(port, get("/readyz"))[0] == 200
        assert ask(port, post(USAGE, *key, body=ROWS))[0] == 200


def test_two_thousand_idle_connections(port, key):
    with Dripping(port, count=2_000, start=b"", rest=b""):
        assert seconds_of(lambda: ask(port, get("/healthz"))) < 10
        assert ask(port, post(USAGE, *key, body=ROWS))[0] == 200
