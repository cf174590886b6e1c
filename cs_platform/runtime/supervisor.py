"""Everything in one foreground process: servers, web, dispatcher, worker, beat (`manage.py up`).

Standard output says READY and who may log in; everything else is prefixed on standard error.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from cs_platform.runtime import failing_processes
from cs_platform.runtime.embedded.process import ServerFailedError, write_private
from cs_platform.runtime.processes import Child, say
from cs_platform.runtime.servers import Servers

MANAGE = [sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py")]
WEB = [
    sys.executable, "-m", "gunicorn", "--config", "python:cs_platform.runtime.gunicorn",
    "cs_platform.wsgi:application",
]  # fmt: skip
CELERY = [sys.executable, "-m", "celery", "-A", "cs_platform.scheduling.celery:app", "--quiet"]
PEOPLE = ("csm", "sales", "manager", "executive", "ops")
READY_SECONDS = 60
HOPELESS_DEATHS = 5  # of web, before it has answered once
TOLD_DEATHS = 3  # from then on web says that a process does not stay
EVERYWHERE = "0.0.0.0"  # nosec B104 # noqa: S104 -- only compared with


class CannotStartError(RuntimeError):
    """One sentence for the terminal: what is in the way and what to do."""


class Supervisor:
    def __init__(self, *, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.servers = Servers(home)
        self.children: list[Child] = []
        self.told: list[failing_processes.Failing] = []
        self.interrupts = 0

    def run(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with _only_one(self.home / "up.lock"):
            self._wait_for_port()
            signal.signal(signal.SIGINT, self._count_interrupt)
            signal.signal(signal.SIGTERM, self._count_interrupt)
            try:
                self._start_everything()
                self._look_after()
            finally:
                self._stop_everything()

    def _start_everything(self) -> None:
        self.servers.start()
        self._write_runtime()
        failing_processes.forget(self.home)  # of a run that was killed
        self._run_command_once("prepare", CS_COMPRESS_STATIC="0")
        self._load_first_data()
        web, *others = self._child_processes()
        self.children = [web]  # alone: people wait for it, and the machine may have few cores
        web.start()
        if not self._web_answers():
            return
        for child in others:
            child.start()
            self.children.append(child)
        self._print_ready()

    def _load_first_data(self) -> None:
        """What there is to look at: the demo company, or whoever begins to fill it."""
        if self._is_demo() and _has_command("demo"):
            self._run_command_once("demo", "--if-empty")
        elif not self._is_demo():
            self._run_command_once("first_admin")

    def _look_after(self) -> None:
        while not self.interrupts:
            if self.servers.look_after():
                self._write_runtime()
                for child in self.children:
                    child.forgive()
            self._look_after_children()
            time.sleep(0.2)

    def _look_after_children(self) -> None:
        for child in self.children:
            child.look_after()
        found = [
            failing_processes.Failing(
                process=child.name, deaths=child.quick_deaths, code=child.last_code
            )
            for child in self.children
            if child.quick_deaths >= TOLD_DEATHS
        ]
        if found != self.told:
            failing_processes.write(self.home, found)
            self.told = found

    def _stop_everything(self) -> None:
        """Web first, so that nobody begins anything; the servers when nobody needs them."""
        for child in self.children:
            child.stop()
        failing_processes.forget(self.home)
        self.servers.stop()

    def _count_interrupt(self, signal_number: int, frame: FrameType | None) -> None:
        self.interrupts += 1
        if self.interrupts == 1:
            say("up", "stopping; twice more to quit at once")
        if self.interrupts >= 3:
            os._exit(130)  # the children die with this process

    def _write_runtime(self) -> None:
        """A second terminal and the children find the servers here; never in os.environ."""
        file = self.home / "runtime.env"
        known = dict(
            line.split("=", 1) for line in file.read_text().splitlines() if "=" in line
        ) if file.exists() else {}  # fmt: skip
        values = {
            "SECRET_KEY": known.get("SECRET_KEY") or secrets.token_urlsafe(50),
            "CS_DEMO": "1" if self._is_demo() else "0",
            **self.servers.addresses,
        }
        text = "".join(f"{key}={value}\n" for key, value in values.items())
        if not file.exists() or file.read_text() != text:
            write_private(file, text)

    def _is_demo(self) -> bool:
        return os.environ.get("CS_DEMO", "1") not in ("0", "false", "no")

    def _run_command_once(self, *command: str, **more: str) -> None:
        """A command that has to succeed; it may have processes of its own, which end with it."""
        child = Child(
            name=command[0],
            command=[*MANAGE, *command],
            environment=_background_environment() | more,
        )
        child.start()
        while (code := child.ended()) is None and not self.interrupts:
            time.sleep(0.05)
        child.stop()
        if self.interrupts:
            raise InterruptedError
        if code:
            raise CannotStartError(f"manage.py {command[0]} failed; the reason stands above.")

    def _child_processes(self) -> list[Child]:
        """In the order in which they stop."""
        beat = [*CELERY, "beat", "--schedule", str(self.home / "beat"), "--pidfile", ""]
        worker = [*CELERY, "worker", "--concurrency", "2", "--without-mingle", "--without-gossip"]
        quiet = ["--loglevel", "WARNING"]
        return [
            Child(name="web", command=WEB, environment=self._web_environment(), patience=25),
            Child(name="beat", command=[*beat, *quiet], environment=_background_environment()),
            Child(
                name="dispatcher",
                command=[*MANAGE, "dispatch"],
                environment=_background_environment(),
            ),
            Child(
                name="worker",
                command=[*worker, *quiet],
                environment=_background_environment(),
                patience=30,
            ),
        ]

    def _web_environment(self) -> dict[str, str]:
        here = {"CS_BIND": _bind_address(), "CS_PORT": str(self.port)}
        style = {"CS_LOG_FORMAT": "plain"} if self._is_demo() else {}
        return {**style, **os.environ, **here}

    def _web_answers(self) -> bool:
        """Waits for it; False when somebody stops everything meanwhile."""
        end = time.monotonic() + READY_SECONDS
        site = f"http://{_reachable_address()}:{self.port}"
        while not (_url_answers(f"{site}/healthz") and _url_answers(f"{site}/readyz")):
            if self.interrupts:
                return False
            if time.monotonic() > end:
                raise CannotStartError("The web server does not answer; the reason stands above.")
            self._look_after_children()
            if any(each.process == "web" and each.deaths >= HOPELESS_DEATHS for each in self.told):
                raise CannotStartError("The web server ends at once; the reason stands above.")
            time.sleep(0.1)
        return True

    def _print_ready(self) -> None:
        lines = [f"READY http://localhost:{self.port}"]
        if self._is_demo():
            people = ", ".join(f"{person}@demo.example" for person in PEOPLE)
            lines.append(f"Log in as {people} (password: demo). Ctrl-C stops everything.")
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()

    def _wait_for_port(self) -> None:
        """A killed run lets go of its port within seconds; anybody else keeps it."""
        end = time.monotonic() + (8 if (self.home / "runtime.env").exists() else 0)
        while not _is_port_free(self.port):
            if time.monotonic() > end:
                raise CannotStartError(
                    f"Port {self.port} is in use by another program: stop that one, or choose"
                    f" another port: CS_PORT={self.port + 1} make demo"
                )
            time.sleep(0.2)


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(
                f"It runs already with the state in {path.parent}: use it, stop it first, or choose"
                " another folder with CS_HOME (and another CS_PORT)."
            ) from None
        yield


def _bind_address() -> str:
    return os.environ.get("CS_BIND", "127.0.0.1")


def _reachable_address() -> str:
    return "127.0.0.1" if _bind_address() == EVERYWHERE else _bind_address()


def _is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_bind_address(), port))
        except OSError:
            return False
        return True


def _url_answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # nosec B310 # noqa: S310 -- our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _background_environment() -> dict[str, str]:
    """Background work may take longer than a page."""
    defaults = {
        "CS_STATEMENT_TIMEOUT": "300s",
        "CS_LOCK_TIMEOUT": "10s",
        "CS_PARALLEL_WORKERS": "2",
        "CS_RANDOM_PAGE_COST": "4",
    }
    return {**defaults, **os.environ, "PYTHONUNBUFFERED": "1"}


def _has_command(command: str) -> bool:
    return (Path(__file__).resolve().parents[1] / f"management/commands/{command}.py").exists()


def main(*, home: Path, port: int, make: type[Supervisor] = Supervisor) -> str | None:
    """None after a decent end, otherwise the sentence that says what went wrong."""
    try:
        make(home=home, port=port).run()
    except (CannotStartError, ServerFailedError) as error:
        return str(error)
    except InterruptedError:
        return None
    return None
