"""Real processes against the test's own database: what tests kill is only what they started."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, "-W", "ignore", str(ROOT / "manage.py")]
CELERY = [
    sys.executable, "-W", "ignore", "-m", "celery", "-A",
    "cs_platform.scheduling.celery:app", "--quiet",
]  # fmt: skip
WORKER = [
    *CELERY,
    "worker", "--concurrency", "2", "--without-mingle", "--without-gossip", "--loglevel", "ERROR",
]  # fmt: skip


def environment(**more: str) -> dict[str, str]:
    at = connection.settings_dict
    url = (
        f"postgresql://{at['USER']}:{quote(at['PASSWORD'])}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    )
    return {**os.environ, "DATABASE_URL": url, **more}


@contextlib.contextmanager
def running(command: list[str], **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own, ended with everything it started."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(**more), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield process
        finally:
            kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def manage(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MANAGE, *arguments], cwd=ROOT, env=environment(**more), capture_output=True, text=True,
        check=False, timeout=180,
    )  # fmt: skip


def until(holds: Callable[[], object], *, seconds: float = 120) -> float:
    """How long it took; fails the test when it never comes true.

    Patient, because a busy machine is slow and not wrong: `make bench` says how fast it is.
    """
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if holds():
            return time.monotonic() - started
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")
