"""What each service of docker-compose.yml runs, run here: same command, same environment.

Not proven by it: the image's layers, the networks' walls, and Caddy, which needs a domain.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest

from tests.deployment.compose import ROOT
from tests.pipeline.processes import until

TOKEN = "f3a91c07be52d846f3a91c07be52d846"
TOOLS = Path(sys.executable).parent


def _command(stack, service: str) -> list[str]:
    """With the `python` and `gunicorn` of this environment, and the stack's folder for /tmp."""
    program, *arguments = stack.services[service]["command"]
    here = str(stack.home / "tmp")
    there = "/tmp"  # noqa: S108 -- the container's own
    return [str(TOOLS / program), *(argument.replace(there, here) for argument in arguments)]


def _once(stack, service: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(stack, service), cwd=ROOT, env=stack.environment(service, **more),
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def migrated(stack):
    answer = _once(stack, "migrate")
    assert answer.returncode == 0, answer.stderr
    collect = [str(TOOLS / "python"), "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    environment = stack.environment("tools") | {"SECRET_KEY": "only-for-this-step"}
    assert subprocess.run(collect, cwd=ROOT, env=environment, check=False).returncode == 0
    return stack


def _is_log_line(line: str) -> bool:
    """JSON as logs.py writes it; Celery prints its farewell beside."""
    if not line.strip() or line.startswith("worker: "):
        return True
    return line.startswith("{") and {"at", "level", "logger", "says"} <= set(json.loads(line))


@contextmanager
def started(stack, service: str, **more: str):
    """The service, its output, and an end by SIGTERM as compose sends it."""
    log = stack.home / f"{service}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(stack, service), cwd=ROOT, env=stack.environment(service, **more),
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield process, log
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(30)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    assert code == 0, log.read_text()[-2000:]
    assert [line for line in log.read_text().splitlines() if not _is_log_line(line)] == []


def _is_healthy(stack, service: str, **more: str) -> bool:
    """The health check of the compose file."""
    _cmd, program, *arguments = stack.services[service]["healthcheck"]["test"]
    answer = subprocess.run(
        [str(TOOLS / program), *arguments], cwd=ROOT, env=stack.environment(service, **more),
        capture_output=True, check=False, timeout=30,
    )  # fmt: skip
    return answer.returncode == 0


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _possible(stack) -> list[tuple[str, str]]:
    """What the three roles must not be able to do, and can."""
    found = []
    for role, statement in (
        ("cs_app", "UPDATE accounts_revenuemovement SET reason = ''"),
        ("cs_app", "DELETE FROM cs_platform_intervention"),
        ("cs_app", "CREATE TABLE mine (id int)"),
        ("cs_reader", "DELETE FROM accounts_account"),
        ("cs_reader", "SELECT * FROM accounts_apikey"),
    ):
        password = stack.services["postgres"]["environment"][f"{role.upper()}_PASSWORD"]
        host, port = stack.postgres.split(":")
        connection = psycopg2.connect(
            host=host, port=port, user=role, password=password, dbname="cs"
        )
        with connection.cursor() as cursor, suppress(psycopg2.Error):
            cursor.execute(statement)
            found.append((role, statement))
        connection.close()
    return found


def test_migrations_run_twice_and_leave_three_roles_that_can_do_what_they_should(migrated):
    answer = _once(migrated, "migrate")
    assert (answer.returncode, answer.stdout) == (0, "The database is up to date.\n")
    assert _possible(migrated) == []


def test_web_answers_as_behind_the_proxy(migrated):
    port = _free_port()
    with started(migrated, "web", CS_PORT=port, CS_METRICS_TOKEN=TOKEN) as (_process, log):
        assert not _is_healthy(migrated, "web", CS_PORT="1")
        until(lambda: _is_healthy(migrated, "web", CS_PORT=port))
        proxied = {
            "Host": "success.example.com",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
            "X-Request-ID": "from-the-proxy-1",
        }
        answer = _get(port, "/login/", proxied)
        assert answer.status == 200
        assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert "Server" not in answer.headers or "/" not in answer.headers["Server"]
        assert _get(port, "/login/", {"Host": "success.example.com"}).status == 301
        assert _get(port, "/login/", {"Host": "evil.example"}).status == 400
        assert _get(port, "/metrics", {"Host": "web"}).status == 403
        _counts_add_up_over_all_workers(port)
        style = _linked_style(answer.read().decode())
        compressed = _get(port, style, proxied | {"Accept-Encoding": "br"})
        assert (compressed.status, compressed.headers["Content-Encoding"]) == (200, "br")
    lines = [json.loads(line) for line in log.read_text().splitlines() if line]
    asked = [line for line in lines if line.get("request_id") == "from-the-proxy-1"]
    assert {line.get("route") for line in asked} >= {"login"}


def _counts_add_up_over_all_workers(port: str) -> None:
    for _ in range(30):
        assert _get(port, "/healthz", {"Host": "web"}).status == 200
    bearer = {"Host": "web", "Authorization": f"Bearer {TOKEN}"}
    told = [_get(port, "/metrics", bearer).read().decode() for _ in range(5)]
    counted = 'cs_request_seconds_count{route="healthz",status="2xx"} 30'
    assert [counted in text for text in told] == [True] * 5


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def _get(port: str, path: str, headers: dict[str, str]):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        return urllib.request.build_opener(_NoRedirect).open(request, timeout=20)
    except urllib.error.HTTPError as error:
        return error


def _linked_style(page: str) -> str:
    return page.split('rel="stylesheet" href="')[1].split('"')[0]


def test_dispatcher_worker_and_beat_become_healthy_and_work(migrated):
    with started(migrated, "worker"), started(migrated, "dispatcher"), started(migrated, "beat"):
        for service in ("worker", "dispatcher", "beat"):
            until(lambda service=service: _is_healthy(migrated, service), seconds=90)
        # Beat's first tick went through the broker to the worker, which left its pulse.
        until(
            lambda: (
                _rows(migrated, "SELECT process FROM cs_platform_pulse")
                == [("dispatcher",), ("worker",)]
            ),
            seconds=90,
        )
        until(
            lambda: _rows(migrated, "SELECT 1 FROM accounts_job WHERE state = 'done' LIMIT 1"),
            seconds=90,
        )


def _rows(stack, query: str) -> list[tuple]:
    connection = psycopg2.connect(stack.environment("migrate")["DATABASE_OWNER_URL"])
    with connection.cursor() as cursor:
        cursor.execute(query + ("" if "LIMIT" in query else " ORDER BY 1"))
        found = cursor.fetchall()
    connection.close()
    return found


def test_a_process_that_stands_still_is_unhealthy(migrated):
    file = migrated.home / "tmp/alive-worker"
    file.touch()
    assert _is_healthy(migrated, "worker")
    long_ago = time.time() - 120
    os.utime(file, (long_ago, long_ago))
    assert not _is_healthy(migrated, "worker")


def test_check_deploy_finds_nothing_in_the_shipped_configuration(migrated):
    answer = subprocess.run(
        [*_command(migrated, "tools"), "--fail-level", "INFO"], cwd=ROOT,
        env=migrated.environment("tools"), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


def test_check_deploy_names_a_role_that_could_rewrite_the_ledger(migrated):
    owner = migrated.environment("tools")["DATABASE_OWNER_URL"]
    answer = subprocess.run(
        [*_command(migrated, "tools"), "--fail-level", "WARNING"], cwd=ROOT,
        env=migrated.environment("tools", DATABASE_URL=owner, CS_TLS="0"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 1
    assert "cs_owner may rewrite the ledger" in answer.stderr
    assert "CS_TLS is off" in answer.stderr


def test_tools_back_up_and_restore_with_the_owners_role(migrated):
    """The owner is no superuser: what it empties and fills again keeps its three roles."""
    file = str(migrated.home / "tmp/stack.dump")
    made = _tool(migrated, "backup", file)
    assert made.returncode == 0, made.stderr
    assert "The database is not empty." in _tool(migrated, "restore", file).stderr
    restored = _tool(migrated, "restore", file, "--overwrite")
    assert restored.returncode == 0, restored.stderr
    assert "invariants hold now" in restored.stdout
    assert _possible(migrated) == []


def _tool(stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """docker compose run --rm tools python manage.py …"""
    return subprocess.run(
        [str(TOOLS / "python"), "manage.py", *arguments], cwd=ROOT,
        env=stack.environment("tools"), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
