"""`manage.py up` as people run it: ready, killed in every part, stopped, started again."""

import contextlib
import fcntl
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cs_platform.runtime.embedded.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
UP = [*MANAGE, "up"]
pytestmark = pytest.mark.faults
PARTS = {
    "web": r"gunicorn",
    "worker": r"celery.* worker",
    "beat": r"celery.* beat",
    "dispatcher": r"manage\.py dispatch",
    "valkey": r"valkey-server",
    "postgres": r"bin/postgres",
}


class Installation:
    """One state folder; CS_DEMO=0, so that it holds no company and asks for none."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        kept.pop("SECRET_KEY", None)
        own = {"CS_HOME": str(self.home), "CS_PORT": str(self.port), "CS_DEMO": "0", "CS_TLS": "0"}
        return {**kept, **own}

    def up(self, **more: str) -> subprocess.Popen[str]:
        with (self.home / "up.log").open("ab") as log:
            return subprocess.Popen(
                UP, env=self.environment() | more, cwd=ROOT, text=True, start_new_session=True,
                stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def answers(self) -> bool:
        try:
            address = f"http://127.0.0.1:{self.port}/readyz"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def warnings(self) -> list[str]:
        address = f"http://127.0.0.1:{self.port}/readyz"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return json.load(answer)["warnings"]

    def log(self) -> str:
        return (self.home / "up.log").read_text()


@contextlib.contextmanager
def state_folder() -> Iterator[Path]:
    """Where the account that Postgres runs as can get."""
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def installation() -> Iterator[Installation]:
    """Never started before."""
    with state_folder() as folder:
        yield Installation(folder)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A state folder with a database that is up to date; nothing runs."""
    with state_folder() as folder:
        first = Installation(folder)
        server = Postgres(folder)
        database = server.start(output=subprocess.DEVNULL)
        subprocess.run(
            [*MANAGE, "prepare"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
            env=first.environment() | {
                "DATABASE_URL": database.app, "DATABASE_OWNER_URL": database.owner,
                "DATABASE_READER_URL": database.reader, "REDIS_URL": "redis://127.0.0.1:1/0",
                "SECRET_KEY": secrets.token_urlsafe(40), "CS_COMPRESS_STATIC": "0",
            },
        )  # fmt: skip
        server.stop()
        yield folder


@pytest.fixture
def started_before(prepared) -> Iterator[Installation]:
    """Another state folder with the same in it: it comes up without making a database."""
    with state_folder() as folder:
        subprocess.run(["cp", "--archive", f"{prepared}/.", str(folder)], check=True)
        yield Installation(folder)


@contextlib.contextmanager
def running(installation: Installation) -> Iterator[subprocess.Popen[str]]:
    """Up and ready; killed at the end if it still runs."""
    process = installation.up()
    try:
        line = process.stdout.readline()
        assert line == f"READY http://localhost:{installation.port}\n", installation.log()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def children(parent: int) -> dict[int, str]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            status = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if int(status[1]) == parent:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


def part(parent: int, name: str) -> int | None:
    found = [pid for pid, args in children(parent).items() if re.search(PARTS[name], args)]
    return found[0] if found else None


def until(holds: Callable[[], object], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def limits_of(pid: int) -> set[str]:
    variables = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {line for line in variables if line.startswith("CS_STATEMENT_TIMEOUT=")}


def test_every_part_that_is_killed_comes_back(installation):
    with running(installation) as up:
        assert limits_of(part(up.pid, "web")) == set()  # pages keep the limit of the settings
        assert limits_of(part(up.pid, "worker")) == {"CS_STATEMENT_TIMEOUT=300s"}
        for name in PARTS:
            victim = part(up.pid, name)
            os.kill(victim, signal.SIGKILL)
            until(lambda name=name, victim=victim: part(up.pid, name) not in (None, victim))
            until(installation.answers)
        everything = [up.pid, *children(up.pid)]
        os.kill(up.pid, signal.SIGKILL)
        up.wait()
        until(lambda: not any(is_alive(pid) for pid in everything), seconds=20)
    with running(installation) as up:  # after the kill, with the same data and the same key
        assert installation.answers()
        secret = (installation.home / "runtime.env").read_text()
        assert "SECRET_KEY=" in secret
        for name in ("runtime.env", "postgres.log", "valkey.log"):
            assert (installation.home / name).stat().st_mode & 0o777 == 0o600
        collected = {file.suffix for file in (installation.home / "static").rglob("*.*")}
        assert ".css" in collected
        assert not collected & {".gz", ".br"}  # compressing would keep people waiting
        everything = list(children(up.pid))
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0
        assert not any(is_alive(pid) for pid in everything)


def test_a_part_that_does_not_stay_is_named_while_web_answers(started_before):
    with running(started_before) as up:
        for _ in range(6):
            until(lambda: part(up.pid, "beat"))
            os.kill(part(up.pid, "beat"), signal.SIGKILL)
            assert started_before.answers()
        said = re.compile(r"beat ended \d times within seconds \(signal 9\)")
        until(lambda: any(map(said.fullmatch, started_before.warnings())))
        # Left alone it stays, and nobody speaks of it any more.
        until(lambda: not any(map(said.fullmatch, started_before.warnings())))
        assert part(up.pid, "beat")
        assert up.poll() is None


def test_a_kill_of_everything_every_second_is_survived(started_before):
    with running(started_before) as up:
        for _ in range(20):
            for victim in children(up.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
            time.sleep(1)
            assert up.poll() is None, started_before.log()
        until(lambda: set(PARTS) == {name for name in PARTS if part(up.pid, name)}, seconds=120)
        until(lambda: started_before.answers() and started_before.warnings() == [], seconds=120)
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0


def test_web_that_cannot_start_is_one_clear_sentence(started_before):
    with started_before.up(CS_WEB_WORKERS="none") as up:
        assert up.wait(600) == 1
    assert started_before.log().endswith(
        "CommandError: The web server ends at once; the reason stands above.\n"
    )
    assert "invalid literal for int() with base 10: 'none'" in started_before.log()


def test_a_port_in_use_is_one_clear_sentence(installation):
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        with installation.up() as up:
            assert up.wait(60) == 1
    assert installation.log().splitlines() == [
        f"CommandError: Port {installation.port} is in use by another program: stop that one, or"
        f" choose another port: CS_PORT={installation.port + 1} make demo"
    ]


def test_a_second_start_says_that_it_runs_already(installation):
    lock = installation.home / "up.lock"
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with installation.up() as up:
            assert up.wait(60) == 1
    assert "It runs already with the state in" in installation.log()
