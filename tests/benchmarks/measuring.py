"""A server to measure on, the clocks, and the line that says how it went."""

import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from tests.template_database import NAME as TEMPLATE

_BEGAN: list[float] = []  # seconds of a clock, when the first note was made


def note(doing: str) -> None:
    """To the standard error: what takes the next minutes, and how many seconds have passed since
    the first note."""
    now = time.perf_counter()
    _BEGAN[:] = _BEGAN or [now]
    print(f"{now - _BEGAN[0]:6.0f} s  {doing}", file=sys.stderr, flush=True)  # noqa: T201


def scaled(number: int) -> int:
    """That many accounts or rows, fewer in a rehearsal (`--scale`)."""
    return max(round(number * float(os.environ.get("CS_BENCH_SCALE", "1"))), 200)


@contextmanager
def served() -> Iterator:
    """A home of its own and a Postgres in it: (folder, server)."""
    with tempfile.TemporaryDirectory(prefix="cs-bench-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        postgres = _serve(home)
        try:
            yield home, postgres
        finally:
            postgres.stop()


def _serve(home):
    """A throw-away Postgres as it runs in production, and Django on it, migrated."""
    import django  # noqa: PLC0415 -- the address of the database comes first

    from cs_platform.runtime.embedded.postgres import Postgres  # noqa: PLC0415 -- likewise
    from tests.embedded import grant_owner  # noqa: PLC0415 -- likewise
    from tests.template_database import make_template  # noqa: PLC0415 -- likewise

    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(40))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    os.environ["CS_HOME"] = str(home)
    os.environ["CS_STATEMENT_TIMEOUT"] = "10min"
    note("migrating a throw-away database")
    postgres = Postgres(home)
    with (home / "servers.log").open("ab") as log:
        os.environ["DATABASE_URL"] = postgres.start(settings={}, output=log).owner
    grant_owner(postgres)
    make_template(os.environ["DATABASE_URL"], tools=postgres.bin)
    django.setup()
    empty_database()
    return postgres


def empty_database():
    """A migrated one in the place of whatever there was."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    from health.queries.scorecards import published_card  # noqa: PLC0415 -- likewise

    connection.close()
    published_card.cache_clear()
    url = urlsplit(os.environ["DATABASE_URL"])
    server = psycopg2.connect(url._replace(path="/postgres").geturl())
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {url.path[1:]} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {url.path[1:]} TEMPLATE {TEMPLATE}")
    server.close()


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


def cpu_clocks():
    """CPU nanoseconds so far, of this process and of its database backend."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    of_backend = (~backend << 3) | 2  # what clock_getcpuclockid(3) answers
    return lambda: time.process_time_ns() + time.clock_gettime_ns(of_backend)


def p95(values):
    return sorted(values)[max(int(len(values) * 0.95) - 1, 0)]


def report(name, value, bound=None, **more):
    """A line of tests/benchmarks/lines.py; `more` is told beside it and not judged."""
    row = {"name": name, "value": value} | ({} if bound is None else {"bound": bound})
    told = {key: round(each, 3) if isinstance(each, float) else each for key, each in more.items()}
    print(json.dumps(row | told), flush=True)  # noqa: T201
