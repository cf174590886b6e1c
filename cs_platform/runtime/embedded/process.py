"""What every embedded server needs: a port, a password, a child that dies with its parent."""

import ctypes
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


class ServerFailedError(RuntimeError):
    """An embedded server did not start; the message says which and why."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    password: str
    port: int


def die_with_parent(sig: signal.Signals, *, parent: int | None = None) -> Callable[[], None] | None:
    """For Popen(preexec_fn=...): kill -9 of the parent then leaves nothing behind (Linux only).

    Called in a child that has been forked already, `parent` says whom it belongs to.

    Elsewhere the next start stops what a killed parent left over.
    """
    if _libc is None:
        return None
    parent, libc = parent or os.getpid(), _libc

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return arrange


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def endpoint(path: Path) -> ServerAddress:
    """Password and port of a server, made once and readable by its owner alone."""
    if not path.exists():
        save_endpoint(path, ServerAddress(secrets.token_urlsafe(24), free_port()))
    return ServerAddress(**json.loads(path.read_text()))


def save_endpoint(path: Path, value: ServerAddress) -> None:
    write_private(path, json.dumps(asdict(value)))


def write_private(path: Path, text: str) -> None:
    """Replaces a 0600 file whole: a killed writer leaves the old one."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.rename(path)


def unused(path: Path, current: ServerAddress, *, patience: float = 3) -> ServerAddress:
    """The same endpoint, on another port when somebody else sits on it.

    Waits `patience` seconds first: a child of a killed server, which writes its file anew, keeps
    the server's socket open until it notices.
    """
    end = time.monotonic() + patience
    while listening(current.port):
        if time.monotonic() > end:
            break
        time.sleep(0.05)
    else:
        return current
    moved = ServerAddress(current.password, free_port())
    save_endpoint(path, moved)
    return moved
