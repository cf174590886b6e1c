"""Whether the process of this container works: `python -m cs_platform.runtime.healthcheck worker`.

A process that makes progress touches a file; the health check asks how old it is. No Django, so
that asking costs next to nothing. Without CS_ALIVE_FOLDER nobody asks and nothing is touched.
"""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# Seconds without progress: the dispatcher sweeps every 3, a worker's heart beats every 2, beat
# ticks every 30.
# The containers share no folder: a file in /tmp is seen by one service only.
FOLDER = "/tmp"  # nosec B108 # noqa: S108 -- the container's own
PATIENCE = {"dispatcher": 30.0, "worker": 30.0, "beat": 90.0}
ANSWER_SECONDS = 4


def note(role: str) -> None:
    if folder := os.environ.get("CS_ALIVE_FOLDER"):
        Path(folder, f"alive-{role}").touch()


def problem(role: str) -> str:
    """Empty when it works, otherwise what is wrong."""
    return _web_problem() if role == "web" else _heartbeat_problem(role)


def _heartbeat_problem(role: str) -> str:
    file = Path(os.environ.get("CS_ALIVE_FOLDER", FOLDER), f"alive-{role}")
    if not file.exists():
        return f"{role} has not begun to work"
    age = time.time() - file.stat().st_mtime
    return f"{role} made no progress for {age:.0f} s" if age > PATIENCE[role] else ""


def _web_problem() -> str:
    address = f"http://127.0.0.1:{os.environ.get('CS_PORT', '8000')}/readyz"
    try:
        # Our own server on loopback: no address comes from outside.
        with urllib.request.urlopen(address, timeout=ANSWER_SECONDS) as answer:  # nosec B310
            return "" if answer.status == 200 else f"/readyz says {answer.status}"
    except urllib.error.HTTPError as error:
        return f"/readyz says {error.code}"
    except OSError as error:
        return f"the web server does not answer: {type(error).__name__}"


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1]) or 0)
