"""The web server as an installation runs it, on a port of its own, beside the test's database."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.pipeline.processes import ROOT, environment, kill_group, until

COMMAND = [
    sys.executable, "-m", "gunicorn", "--config", "python:cs_platform.gunicorn",
    "cs_platform.wsgi:application",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebServer:
    port: int
    output: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def answered(self, request_ids: set[str]) -> dict[str, int]:
        """The status that each request was answered with, also where nobody read it."""
        found: dict[str, int] = {}
        deadline = time.monotonic() + 120
        while request_ids - found.keys():
            assert time.monotonic() < deadline, f"no answer to {request_ids - found.keys()}"
            found = dict(self._lines())
            time.sleep(0.05)
        return {name: found[name] for name in request_ids}

    def _lines(self) -> Iterator[tuple[str, int]]:
        for text in self.output.read_text().splitlines():
            if text.startswith("{") and text.endswith("}"):
                line = json.loads(text)
                if "status" in line and "request_id" in line:
                    yield line["request_id"], line["status"]


@contextlib.contextmanager
def serving(**more: str) -> Iterator[WebServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.NamedTemporaryFile() as output:
        process = subprocess.Popen(
            COMMAND, cwd=ROOT,
            env=environment(CS_PORT=str(port), CS_LOG_FORMAT="json", **more),
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            until(lambda: _is_up(port))
            yield WebServer(port, Path(output.name))
        finally:
            kill_group(process)


def _is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
