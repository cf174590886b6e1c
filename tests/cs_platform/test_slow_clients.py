"""The platform answers while many clients are slow: web as `manage.py up` starts it."""

import pytest

from cs_platform.runtime.supervisor import WEB
from tests.accounts.bulk import USAGE
from tests.cs_platform.slow_clients import (
    Dripping,
    ask,
    get,
    post,
    seconds_of,
    served,
    usual_seconds_of,
)
from tests.cs_platform.slow_requests import MANY, ROWS, SLOW, rest, sender


@pytest.fixture(scope="module")
def port(django_db_setup):
    with served(WEB) as (port, _):
        yield port


@pytest.fixture
def key(transactional_db) -> tuple[str, str]:
    return sender()


@pytest.mark.parametrize("kind", SLOW)
def test_probes_and_senders_do_not_wait_for_slow_clients(port, key, kind):
    alone = usual_seconds_of(lambda: ask(port, get("/healthz")), times=5)
    with Dripping(port, count=MANY, start=SLOW[kind](key), rest=rest(kind)):
        among_them = usual_seconds_of(lambda: ask(port, get("/healthz")), times=20)
        assert among_them < 1 + 4 * alone  # a busy machine takes longer with nobody beside
        assert ask(port, get("/readyz"))[0] == 200
        assert ask(port, post(USAGE, *key, body=ROWS))[0] == 200


def test_two_thousand_idle_connections(port, key):
    with Dripping(port, count=2_000, start=b"", rest=b""):
        assert seconds_of(lambda: ask(port, get("/healthz"))) < 10
        assert ask(port, post(USAGE, *key, body=ROWS))[0] == 200
