"""Slow and cut requests behind the shipped Caddyfile, with plain HTTP instead of a certificate.

Run by `make faults` where a Caddy is installed that knows the file, or where CADDY names one.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.models import ImportRun
from cs_platform.runtime.supervisor import WEB
from tests.accounts.bulk import USAGE
from tests.cs_platform.slow_clients import (
    Dripping,
    answers,
    ask,
    chunked,
    connect,
    free_port,
    get,
    post,
    seconds_of,
    served,
    usual_seconds_of,
)
from tests.cs_platform.slow_requests import MANY, ROWS, SLOW, rest, sender
from tests.deployment.compose import ROOT
from tests.pipeline.processes import running, until

CADDY = os.environ.get("CADDY") or shutil.which("caddy") or ""
NEEDED = (2, 6, 4)  # request_buffers


def _version() -> tuple[int, ...]:
    if not CADDY:
        return ()
    said = subprocess.run([CADDY, "version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.findall(r"\d+", said)[:3]))


FOUND = _version()
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(
        FOUND < NEEDED,
        reason=f"not run behind the proxy: needs Caddy {NEEDED}, found {FOUND or 'none'}",
    ),
]


@pytest.fixture(scope="module")
def proxy(django_db_setup) -> Iterator[int]:
    """The port of the shipped proxy in front of web as `manage.py up` starts it."""
    port = free_port()
    shipped = (ROOT / "deploy/Caddyfile").read_text()
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as home,
        served(WEB) as (web, _),
    ):
        file = Path(home, "Caddyfile")
        assert shipped.count("web:8000") == 1
        file.write_text(shipped.replace("web:8000", f"127.0.0.1:{web}"))
        with running(
            [CADDY, "run", "--config", str(file)], HOME=home, XDG_DATA_HOME=home,
            XDG_CONFIG_HOME=home, CADDY_ADMIN=f"127.0.0.1:{free_port()}",
            CS_DOMAIN=f"http://localhost:{port}", CS_ACME_EMAIL="ops@example.com",
        ):  # fmt: skip
            until(lambda: answers(port))
            yield port


@pytest.fixture
def key(transactional_db) -> tuple[str, str]:
    return sender()


@pytest.mark.parametrize("kind", SLOW)
def test_probes_and_senders_do_not_wait_for_slow_clients(proxy, key, kind):
    alone = usual_seconds_of(lambda: ask(proxy, get("/healthz")), times=5)
    with Dripping(proxy, count=MANY, start=SLOW[kind](key), rest=rest(kind)):
        among_them = usual_seconds_of(lambda: ask(proxy, get("/healthz")), times=20)
        assert among_them < 1 + 4 * alone  # a busy machine takes longer with nobody beside
        assert ask(proxy, post(USAGE, *key, body=ROWS))[0] == 200


def test_two_thousand_idle_connections(proxy, key):
    with Dripping(proxy, count=2_000, start=b"", rest=b""):
        assert seconds_of(lambda: ask(proxy, get("/healthz"))) < 10
        assert ask(proxy, post(USAGE, *key, body=ROWS))[0] == 200


@pytest.mark.parametrize(
    "cut",
    [
        lambda key: post(USAGE, *key, body=ROWS, length=len(ROWS) + 1),
        lambda key: chunked(USAGE, *key, chunks=[ROWS], ended=False),
        lambda key: chunked(USAGE, *key, chunks=[ROWS + b" " * 2_000_000], ended=False),
    ],
    ids=["length", "chunks", "large chunks"],
)
def test_what_is_cut_before_the_proxy_is_not_taken_for_whole(proxy, key, cut):
    with connect(proxy) as sock:
        sock.sendall(cut(key))
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(4_096):  # until the proxy has given up with it
            pass
    assert ask(proxy, post(USAGE, *key, body=ROWS))[0] == 200
    assert ImportRun.objects.count() == 1
