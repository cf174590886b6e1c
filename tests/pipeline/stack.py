"""Every process of an installation, each started again as soon as it is killed."""

from __future__ import annotations

import contextlib
import math
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg2
import redis
from django.db import connection

from cs_platform.runtime.embedded.process import die_with_parent
from cs_platform.runtime.embedded.valkey import Valkey
from cs_platform.runtime.supervisor import WEB
from tests.pipeline.processes import MANAGE, ROOT, WORKER, environment, kill_group

BEAT = [
    sys.executable, "-W", "ignore", "-m", "celery", "-A",
    "cs_platform.scheduling.celery:app", "--quiet",
    "beat", "--pidfile", "", "--loglevel", "ERROR", "--schedule",
]  # fmt: skip


PARTS = ("web", "dispatcher", "worker", "beat")
BEHIND = ("dispatcher", "worker")
"""Those that do what is due, for tests that nobody looks at by a page."""
FAULTS = (*PARTS, "worker child", "web child", "broker", "flush", "session")


class Stack:
    """Processes of an installation and a broker of their own, beside the test's database.

    `more` stands in their environment.
    """

    def __init__(self, home: Path, *, parts: Sequence[str] = PARTS, **more: str) -> None:
        self.home = home
        self._more = more
        self.kills: Counter[str] = Counter()
        connection.ensure_connection()
        self._own_session = connection.connection.get_backend_pid()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._log = (home / "output").open("ab")
        self._broker = Valkey(home)
        self._broker_url = self._broker.start(output=self._log)
        commands = {
            "web": WEB,
            "dispatcher": [*MANAGE, "dispatch"],
            "worker": WORKER,
            "beat": [*BEAT, str(home / "beat")],
        }
        self._commands = {name: commands[name] for name in parts}
        self._processes = {name: self._start(name) for name in self._commands}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return (self.home / "output").read_text(errors="replace")

    def kill(self, target: str, chance: random.Random) -> None:
        """One of FAULTS: a process, a child of one, the broker, what it holds, a session."""
        if target in self._processes:
            kill_group(self._processes[target])
        elif target == "broker":
            self.kill_broker()
        elif target == "flush":
            with contextlib.suppress(redis.RedisError):
                redis.Redis.from_url(self._broker_url, socket_timeout=2).flushall()
        elif target == "session":
            _terminate_session(chance, spared=self._own_session)
        else:
            self._kill_child(target.split()[0], chance)
        self.kills[target] += 1

    def look_after(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                kill_group(process)
                self._processes[name] = self._start(name)
        if self._broker.process and self._broker.process.poll() is not None:
            self._broker.start(output=self._log)

    def kill_broker(self) -> None:
        if self._broker.process:
            self._broker.process.kill()
            self._broker.process.wait()

    def stop(self) -> None:
        for process in self._processes.values():
            kill_group(process)
        self._broker.stop()
        self._log.close()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        more = {
            "REDIS_URL": self._broker_url, "CS_PORT": str(self.port), "CS_BIND": "127.0.0.1",
            **self._more,
        }  # fmt: skip
        return subprocess.Popen(
            self._commands[name], cwd=ROOT, env=environment(**more), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )  # fmt: skip

    def _kill_child(self, name: str, chance: random.Random) -> None:
        parent = self._processes[name].pid
        path = Path(f"/proc/{parent}/task/{parent}/children")
        children = [int(pid) for pid in path.read_text().split()] if path.exists() else []
        if children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(children), signal.SIGKILL)


def _terminate_session(chance: random.Random, *, spared: int) -> None:
    """A connection of the processes, never the test's own."""
    at = connection.settings_dict
    admin = psycopg2.connect(
        host=at["HOST"], port=at["PORT"], user=at["USER"], password=at["PASSWORD"],
        dbname=at["NAME"],
    )  # fmt: skip
    with contextlib.closing(admin), admin.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid NOT IN (pg_backend_pid(), %s) AND pg_has_role(usesysid, 'MEMBER')"
            " AND backend_type = 'client backend' ORDER BY pid",
            [spared],
        )
        pids = [pid for (pid,) in cursor.fetchall()]
        if pids:
            cursor.execute("SELECT pg_terminate_backend(%s)", [chance.choice(pids)])


@contextlib.contextmanager
def running_stack(*, parts: Sequence[str] = PARTS, **more: str) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        stack = Stack(Path(home), parts=parts, **more)
        over = threading.Event()

        def look_after() -> None:
            while not over.wait(0.1):
                stack.look_after()

        keeper = threading.Thread(target=look_after, daemon=True)
        keeper.start()
        try:
            yield stack
        finally:
            over.set()
            keeper.join()
            stack.stop()


@contextlib.contextmanager
def being_killed(
    stack: Stack,
    *,
    seed: int,
    every: float,
    faults: Sequence[str] = FAULTS,
    at_most: float = math.inf,
) -> Iterator[None]:
    """One fault each `every` seconds, and each of them before one comes again."""
    chance = random.Random(seed)
    over = threading.Event()

    def kill() -> None:
        left: list[str] = []
        while stack.kills.total() < at_most and not over.wait(every):
            left = left or chance.sample(faults, len(faults))
            stack.kill(left.pop(), chance)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()
