"""Requests, counted by all web processes of this machine into one folder.

Each process holds one file by a lock and counts in it (memory-mapped: an addition, no write); a
process that starts goes on with a file that nobody holds, so restarts lose no count and files do
not multiply. A scrape adds up all files. Counters of another version start anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import mmap
import os
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from cs_platform.runtime.routes import routes

# Upper bounds in seconds; the promises (100 ms, 1 s) are among them.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
STATUSES = ("2xx", "3xx", "4xx", "5xx")
OTHER = "unresolved"
_NUMBER = struct.Struct("<d")
_CELL = len(BUCKETS) + 2  # buckets (each its own share), those above all, the sum of seconds
MAX_FILES = 256


@dataclass(frozen=True, slots=True)
class Series:
    route: str
    status: str
    seconds: float
    by_bucket: tuple[int, ...]  # not cumulated, the last one is above every bound

    @property
    def count(self) -> int:
        return sum(self.by_bucket)


@cache
def known_routes() -> tuple[str, ...]:
    """In a fixed order: a route's place in the files."""
    return (
        OTHER,
        "static",
        *sorted({name for name, _, _ in routes() if not name.endswith("None")}),
    )


@cache
def _place_of() -> dict[str, int]:
    return {name: place for place, name in enumerate(known_routes())}


class Ledger:
    """The file this process counts in."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        layout = repr((tuple(names), BUCKETS, STATUSES)).encode()
        self.prefix = f"requests-{hashlib.sha256(layout).hexdigest()[:12]}"
        self.folder, self.names = folder, names
        self.size = len(names) * len(STATUSES) * _CELL * _NUMBER.size
        self.pid = os.getpid()
        self._lock = threading.Lock()
        self._handle, self._cells = self._take()

    def _take(self) -> tuple[int, mmap.mmap]:
        """The lock lasts as long as the process: its end, however it comes, frees the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for number in range(MAX_FILES):
            file = self.folder / f"{self.prefix}-{number}"
            handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            os.ftruncate(handle, self.size)
            return handle, mmap.mmap(handle, self.size)
        raise OSError(f"more than {MAX_FILES} processes count in {self.folder}")

    def close(self) -> None:
        self._cells.close()
        os.close(self._handle)

    def add(self, *, place: int, status: int, seconds: float) -> None:
        row = place * len(STATUSES) + min(max(status // 100, 2), 5) - 2
        bucket = next((n for n, high in enumerate(BUCKETS) if seconds <= high), len(BUCKETS))
        with self._lock:
            self._plus(row * _CELL + bucket, 1.0)
            self._plus(row * _CELL + _CELL - 1, seconds)

    def _plus(self, cell: int, amount: float) -> None:
        at = cell * _NUMBER.size
        (before,) = _NUMBER.unpack_from(self._cells, at)
        _NUMBER.pack_into(self._cells, at, before + amount)

    def total(self) -> Iterator[Series]:
        """Of all processes; series that never counted are left out."""
        cells = [0.0] * (self.size // _NUMBER.size)
        for file in sorted(self.folder.glob(f"{self.prefix}-*")):
            found = file.read_bytes()
            if len(found) == self.size:
                cells = [a + b for a, (b,) in zip(cells, _NUMBER.iter_unpack(found), strict=True)]
        for row in range(len(self.names) * len(STATUSES)):
            *buckets, seconds = cells[row * _CELL : (row + 1) * _CELL]
            if any(buckets):
                name, status = self.names[row // len(STATUSES)], STATUSES[row % len(STATUSES)]
                yield Series(name, status, seconds, tuple(int(count) for count in buckets))


_here: Ledger | None = None
_opening = threading.Lock()
log = logging.getLogger(__name__)


def ledger() -> Ledger:
    """This process's; a forked child takes a file of its own."""
    global _here
    with _opening:
        if _here is not None and _here.folder != settings.METRICS_FOLDER:
            _here.close()
            _here = None
        if _here is None or _here.pid != os.getpid():
            _here = Ledger(settings.METRICS_FOLDER, known_routes())
        return _here


def count_request(*, route: str, status: int, seconds: float) -> None:
    place = _place_of().get(route, 0)
    try:
        ledger().add(place=place, status=status, seconds=seconds)
    except OSError as error:
        # A full or read-only disk must not cost an answer that is ready.
        log.warning("a request was not counted: %s", type(error).__name__)
