"""A child of the supervisor: started again, later and later, for ever; stopped with its own."""

import os
import signal
import sys
import time
from pathlib import Path

from cs_platform.runtime.processes import KILLED_DELAY, LONGEST_DELAY, Child, delay_of

# Starts a grandchild, says its id, and ignores that it should stop.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""


def child(program: str, *, patience: float = 5) -> Child:
    command = [sys.executable, "-c", program]
    return Child(name="test", command=command, environment=os.environ, patience=patience)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(holds, *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_killed_child_starts_again(capfd):
    looked_after = child("import time; time.sleep(60)")
    looked_after.start()
    first = looked_after.process.pid
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        looked_after.look_after()
        return looked_after.process is not None and looked_after.process.pid != first

    until(is_back)
    looked_after.stop()
    assert not is_alive(looked_after.process.pid)
    assert "test       | ended (-9); starts again in 0.4 s" in capfd.readouterr().err


def test_a_child_that_dies_at_once_is_started_again_and_again(capfd):
    hopeless = child("print('no such table'); raise SystemExit(3)")
    hopeless.start()

    def has_died_six_times() -> bool:
        hopeless.look_after()
        return hopeless.quick_deaths == 6

    until(has_died_six_times, seconds=120)
    assert hopeless.last_code == 3
    said = ""

    def is_all_said() -> bool:  # a thread passes on what the child wrote
        nonlocal said
        said += capfd.readouterr().err
        return said.count("test       | no such table") >= 6

    until(is_all_said)
    assert said.count("test       | no such table") == 6
    assert said.count("ended (3); starts again") == 6


def test_a_child_that_stays_has_not_failed(monkeypatch):
    monkeypatch.setattr("cs_platform.runtime.processes.QUICK_SECONDS", 0.5)
    healthy = child("import time; time.sleep(60)")
    healthy.quick_deaths = 4
    healthy.start()
    healthy.look_after()
    assert healthy.quick_deaths == 4

    def is_forgiven() -> bool:
        healthy.look_after()
        return healthy.quick_deaths == 0

    until(is_forgiven)
    healthy.stop()


def test_the_pauses_grow_to_a_bound_that_is_short_after_a_kill():
    ended = [delay_of(quick_deaths=n, code=1) for n in (1, 2, 3, 8, 1_000)]
    assert ended == [0.4, 0.8, 1.6, LONGEST_DELAY, LONGEST_DELAY]
    killed = [delay_of(quick_deaths=n, code=-9) for n in (1, 2, 3, 8, 1_000)]
    assert killed == [0.4, 0.8, 1.6, KILLED_DELAY, KILLED_DELAY]


def test_a_stubborn_child_is_killed_with_what_it_started(capfd):
    stubborn = child(STUBBORN, patience=0.5)
    stubborn.start()
    said = ""

    def has_said() -> bool:
        nonlocal said
        said += capfd.readouterr().err
        return "\n" in said

    until(has_said)
    grandchild = int(said.split("|")[1].split()[0])
    assert is_alive(grandchild)
    stubborn.stop()
    until(lambda: not is_alive(grandchild))
    assert "does not stop within 0.5 s: killed" in capfd.readouterr().err


def test_a_child_that_ended_well_says_so():
    once = child("pass")
    assert once.ended() is None
    once.start()
    until(lambda: once.ended() is not None)
    once.stop()
    assert once.ended() == 0
