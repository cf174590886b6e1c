"""The embedded servers: made once, started again after any kill, never half made."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from cs_platform.runtime.embedded import postgres as module
from cs_platform.runtime.embedded.postgres import Postgres
from cs_platform.runtime.embedded.process import (
    ServerAddress,
    ServerFailedError,
    free_port,
    unused,
)
from cs_platform.runtime.embedded.valkey import Valkey


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def ask(url: str, question: str) -> object:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_a_killed_postgres_starts_again_with_its_rows(home: Path):
    server = Postgres(home)
    try:
        urls = server.start(output=subprocess.DEVNULL)
        ask(urls.owner, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        for _ in range(3):
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
            assert server.start(output=subprocess.DEVNULL) == urls
            assert ask(urls.owner, "SELECT count(*) FROM kept") == 1000
    finally:
        server.stop()


def test_a_left_over_postgres_is_replaced(home: Path):
    left_over, server = Postgres(home), Postgres(home)
    try:
        urls = left_over.start(output=subprocess.DEVNULL)
        assert server.start(output=subprocess.DEVNULL) == urls
        assert left_over.process.wait(60) == 0
        assert ask(urls.app, "SELECT current_user::text") == "cs_app"
    finally:
        server.stop()
        left_over.stop()


def test_a_half_made_cluster_is_made_again(home: Path):
    (home / "pgdata.new").mkdir()
    (home / "pgdata.new" / "PG_VERSION").write_text("18")
    server = Postgres(home)
    try:
        assert ask(server.start(output=subprocess.DEVNULL).reader, "SELECT 1") == 1
    finally:
        server.stop()


def test_a_wrong_password_is_refused_and_no_role_but_the_owner_makes_databases(home: Path):
    server = Postgres(home)
    try:
        urls = server.start(output=subprocess.DEVNULL)
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            ask(urls.app.replace("cs_app:", "cs_app:x"), "SELECT 1")
        for url in (urls.app, urls.reader):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                ask(url, "CREATE DATABASE other")
        assert (server.run_as.root / "postgres.json").stat().st_mode & 0o077 == 0
    finally:
        server.stop()


def test_a_cluster_of_another_major_version_is_left_alone(home: Path):
    server = Postgres(home)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerFailedError, match=r"made by Postgres 9, the installed one is \d+"):
        server.start()
    assert (server.data / "PG_VERSION").read_text() == "9\n"


def test_missing_binaries_are_said_in_a_sentence(home: Path, monkeypatch):
    monkeypatch.setenv("PG_BIN", str(home / "nowhere"))
    with pytest.raises(FileNotFoundError):
        Postgres(home)
    assert module.SUPERUSER not in (module.OWNER, module.APP, module.READER)


def test_a_killed_valkey_starts_again_at_the_same_address_with_its_keys(home: Path):
    server = Valkey(home)
    try:
        url = server.start(output=subprocess.DEVNULL)
        with redis.Redis.from_url(url) as client:
            client.set("rung", "1")
            client.execute_command("BGREWRITEAOF")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        assert server.start(output=subprocess.DEVNULL) == url
        with redis.Redis.from_url(url) as client:
            assert client.get("rung") == b"1"
    finally:
        server.stop()


@pytest.mark.parametrize("leaves", [True, False])
def test_a_port_is_given_up_only_to_one_who_stays(home: Path, leaves: bool):
    kept = ServerAddress("secret", free_port())
    with socket.create_server(("127.0.0.1", kept.port)) as other:
        if leaves:
            threading.Timer(0.3, lambda: (other.shutdown(socket.SHUT_RDWR), other.close())).start()
        here = unused(home / "there.json", kept, patience=5 if leaves else 0.2)
    assert (here.port == kept.port) is leaves
    assert here.password == kept.password


def test_valkey_asks_for_its_password(home: Path):
    server = Valkey(home)
    try:
        url = server.start(output=subprocess.DEVNULL)
        port = url.rsplit(":", 1)[1].split("/")[0]
        with (
            redis.Redis(port=int(port)) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
    finally:
        server.stop()


def test_servers_die_with_the_process_that_started_them(home: Path):
    start = (
        "import sys, time; from pathlib import Path\n"
        "from cs_platform.runtime.embedded.valkey import Valkey\n"
        "server = Valkey(Path(sys.argv[1])); server.start(output=-3)\n"
        "print(server.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start, str(home)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:  # fmt: skip
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    for _ in range(50):
        if not Path(f"/proc/{child}").exists():
            return

        time.sleep(0.1)
    pytest.fail("the server outlived its parent")
