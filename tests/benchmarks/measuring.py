"""A server to measure on, the clocks, and the line that says how it went."""

import json
import os
import secrets
import time
from pathlib import Path


def serve(home):
    """A throw-away Postgres as it runs in production, and Django on it."""
    import django  # noqa: PLC0415 -- the address of the database comes first

    from cs_platform.embedded.postgres import Postgres  # noqa: PLC0415 -- likewise
    from tests.embedded import grant_owner  # noqa: PLC0415 -- likewise

    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(40))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    os.environ["CS_HOME"] = str(home)
    os.environ["CS_STATEMENT_TIMEOUT"] = "10min"
    postgres = Postgres(home)
    with (home / "servers.log").open("ab") as log:
        os.environ["DATABASE_URL"] = postgres.start(settings={}, output=log).owner
    grant_owner(postgres)
    django.setup()
    return postgres


class Clock:
    """Wall and CPU seconds between start and stop; CPU of this process and all of Postgres."""

    def __init__(self, postmaster):
        self.postmaster = postmaster
        self.wall = self.cpu = 0.0

    def __enter__(self):
        self._started = (time.perf_counter(), self._spent())

    def __exit__(self, *_):
        self.wall += time.perf_counter() - self._started[0]
        self.cpu += self._spent() - self._started[1]

    def _spent(self):
        """Ended workers are counted by the postmaster that waited for them."""
        ticks = sum(_ticks(self.postmaster, reaped=True))
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _parent(entry.name) == self.postmaster:
                ticks += sum(_ticks(entry.name, reaped=False))
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return None


def _parent(pid):
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _ticks(pid, *, reaped):
    fields = _stat(pid)
    return [int(ticks) for ticks in fields[11 : 15 if reaped else 13]] if fields else [0]


def report(name, value, unit, limit, goal):
    row = {"name": name, "value": round(value, 4), "unit": unit, "bound": round(limit, 4)}
    ratio = round(value / limit, 2)
    print(json.dumps({**row, "ratio": ratio, "goal": goal}), flush=True)  # noqa: T201
