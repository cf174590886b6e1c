"""The web server as an installation runs it, on a port of its own, beside the test's database."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cs_platform.runtime.supervisor import WEB
from tests.pipeline.processes import ROOT, environment, kill_group, until

_LISTENS = "0A"


@dataclass(frozen=True, slots=True)
class WebServer:
    port: int
    output: Path
    group: int

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def statuses(self) -> dict[str, int]:
        """What the platform answered to each request by its id, once it is done with all."""
        until(lambda: not self._connections(), seconds=120)
        lines = [json.loads(text) for text in self.output.read_text().splitlines() if text]
        return {line["request_id"]: line["status"] for line in lines if "status" in line}

    def _connections(self) -> set[str]:
        """Sockets that the server holds for clients, also those that were reset."""
        held = {
            link
            for process in Path("/proc").glob("[0-9]*")
            for link in _sockets(process, group=self.group)
        }
        return held - _other_sockets(self.port)


@contextlib.contextmanager
def serving(**more: str) -> Iterator[WebServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.NamedTemporaryFile() as output:
        process = subprocess.Popen(
            WEB, cwd=ROOT,
            env=environment(CS_PORT=str(port), CS_BIND="127.0.0.1", CS_LOG_FORMAT="json", **more),
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            until(lambda: _is_up(port), seconds=180)
            yield WebServer(port, Path(output.name), process.pid)
        finally:
            kill_group(process)


def _sockets(process: Path, *, group: int) -> Iterator[str]:
    """The numbers of the sockets that a process of that group has open."""
    with contextlib.suppress(OSError):  # it ended meanwhile
        if os.getpgid(int(process.name)) == group:
            for file in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    name = os.readlink(file)
                    if name.startswith("socket:["):
                        yield name[8:-1]


def _other_sockets(port: int) -> set[str]:
    """Those that listen, or lead elsewhere. One that was reset stands in no table any more."""
    found = {line.split()[6] for line in Path("/proc/net/unix").read_text().splitlines()[1:]}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, *rest = line.split()
        if int(local.split(":")[1], 16) != port or state == _LISTENS:
            found.add(rest[5])
    return found


def _is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
