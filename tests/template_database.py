"""A migrated database that the test databases are copied from.

Migrating takes seconds of processor time; each runner of the suite, and each single run, would
spend it again. One process migrates once, and a dump of the result is kept by the contents of all
migrations, so that the next run only restores it.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
NAME = "cs_template"
_CACHE = ROOT / ".pytest_cache"


def make_template(server_url: str, *, tools: Path) -> None:
    """Makes the database NAME beside that of `server_url`, as its user.

    `tools` is the folder of pg_dump and pg_restore. Raises CalledProcessError.
    """
    server = psycopg2.connect(server_url)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {NAME}")
    server.close()
    url = urlsplit(server_url)._replace(path=f"/{NAME}").geturl()
    _CACHE.mkdir(exist_ok=True)
    dump = _CACHE / f"migrated-{_fingerprint()}.dump"
    with (_CACHE / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if dump.exists():
            _run(tools / "pg_restore", "--no-owner", "--no-comments", "--jobs=2", "--exit-on-error",
                 f"--dbname={url}", str(dump))  # fmt: skip
            return
        _migrate(url)
        for old in _CACHE.glob("migrated-*.dump"):
            old.unlink()
        beside = dump.with_suffix(".part")
        _run(tools / "pg_dump", "--format=custom", "--no-owner", "--no-comments",
             f"--file={beside}", f"--dbname={url}")  # fmt: skip
        beside.rename(dump)


def _migrate(url: str) -> None:
    command = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "migrate", "-v", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=True)


def _run(*command: str | Path) -> None:
    subprocess.run([*map(str, command)], check=True)


def _fingerprint() -> str:
    """Of everything a migrated database is made of: our migrations, what they import, packages."""
    content = hashlib.sha256()
    for path in _sources():
        content.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return content.hexdigest()[:20]


def _sources() -> Iterator[Path]:
    yield ROOT / "requirements-dev.txt"
    yield ROOT / "accounts/database.py"
    yield ROOT / "metrics/retention/forecast.py"
    for app in ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform"):
        yield from sorted((ROOT / app).glob("migrations/*.py"))
        # Triggers are declared on the models, content types and permissions follow from them.
        yield from sorted((ROOT / app).glob("models/*.py"))
        yield from sorted((ROOT / app).glob("models.py"))
