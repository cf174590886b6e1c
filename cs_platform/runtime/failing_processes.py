"""Which processes of `manage.py up` end again and again: the supervisor writes it, web reads it.

In containers the engine starts what ends, and says so itself; there is no such file.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from cs_platform.runtime.embedded.process import write_private

_FILE = "failing.json"


@dataclass(frozen=True, slots=True)
class Failing:
    process: str  # web, beat, dispatcher or worker
    deaths: int  # within seconds, one after the other
    code: int  # the latest exit code; below 0: ended by that signal

    @property
    def reason(self) -> str:
        return f"signal {-self.code}" if self.code < 0 else f"exit code {self.code}"


def write(home: Path, found: Collection[Failing]) -> None:
    write_private(home / _FILE, json.dumps([asdict(each) for each in found]))


def read(home: Path) -> list[Failing]:
    """Empty where nothing fails and where no supervisor runs."""
    try:
        return [Failing(**each) for each in json.loads((home / _FILE).read_text())]
    except FileNotFoundError:
        return []


def forget(home: Path) -> None:
    (home / _FILE).unlink(missing_ok=True)
