"""A child process of the supervisor: prefixed output, restarts with back-off, a decent end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO

from cs_platform.runtime.embedded.process import die_with_parent

QUICK_SECONDS = 10.0
FIRST_DELAY, LONGEST_DELAY = 0.2, 30.0
KILLED_DELAY = 3.0  # waiting longer does not help a process that was killed from outside
_one_line_at_a_time = threading.Lock()


def delay_of(*, quick_deaths: int, code: int) -> float:
    """Seconds until a process that ended with this code is started again; below 0: by a signal."""
    longest = KILLED_DELAY if code < 0 else LONGEST_DELAY
    return min(FIRST_DELAY * 2.0 ** min(quick_deaths, 10), longest)


def say(name: str, line: str) -> None:
    """Standard output stays free for what scripts wait for (READY)."""
    with _one_line_at_a_time:
        sys.stderr.write(f"{name:<10} | {line}\n")
        sys.stderr.flush()


def relay(name: str, stream: IO[bytes]) -> threading.Thread:
    def copy() -> None:
        with stream:
            for line in stream:
                if text := line.decode("utf-8", "replace").rstrip():
                    say(name, text)

    thread = threading.Thread(target=copy, name=f"log of {name}", daemon=True)
    thread.start()
    return thread


class Child:
    def __init__(
        self,
        *,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        patience: float = 15,
    ) -> None:
        self.name, self.command, self.environment = name, list(command), dict(environment)
        self.patience = patience  # seconds to finish what it has begun
        self.process: subprocess.Popen[bytes] | None = None
        self.quick_deaths = 0  # one after the other; 0 again after QUICK_SECONDS of life
        self.last_code = 0
        self._started_at = self._not_before = 0.0
        self._log: threading.Thread | None = None

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
        self.process = subprocess.Popen(  # noqa: S603 -- our own commands
            self.command, env=self.environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )  # fmt: skip
        self._started_at = time.monotonic()
        if self.process.stdout:
            self._log = relay(self.name, self.process.stdout)

    def ended(self) -> int | None:
        """Its exit code, once it has one."""
        return self.process.poll() if self.process else None

    def look_after(self) -> None:
        """Starts it again when it died, later and later, for ever."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._not_before:
                self.start()
            return
        is_quick = now - self._started_at < QUICK_SECONDS
        code = self.process.poll()
        if not is_quick:
            self.quick_deaths = 0
        if code is None:
            return
        self.quick_deaths, self.last_code = self.quick_deaths + is_quick, code
        delay = delay_of(quick_deaths=self.quick_deaths, code=code)
        say(self.name, f"ended ({code}); starts again in {delay:.1f} s")
        self._kill_group()
        self.process, self._not_before = None, now + delay

    def forgive(self) -> None:
        """What died because a server was away is not its own fault."""
        self.quick_deaths = 0

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                say(self.name, f"does not stop within {self.patience:g} s: killed")
        self._kill_group()
        self.process.wait()
        if self._log:
            self._log.join(5)

    def _kill_group(self) -> None:
        """What it left behind in its own session, such as the processes of a worker."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
