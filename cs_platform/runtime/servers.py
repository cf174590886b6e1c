"""The servers of one installation: embedded unless the environment names others."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

import psycopg2
import redis

from cs_platform.runtime.embedded.postgres import Postgres
from cs_platform.runtime.embedded.process import ServerFailedError
from cs_platform.runtime.embedded.valkey import Valkey
from cs_platform.runtime.processes import say


class Servers:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.addresses: dict[str, str] = {}
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None

    def start(self) -> None:
        if not is_named("DATABASE_URL"):
            self.postgres = Postgres(self.home)
            self._start_postgres(self.postgres)
        if not is_named("REDIS_URL"):
            self.valkey = Valkey(self.home)
            self._start_valkey(self.valkey)

    def look_after(self) -> bool:
        """True when one had died and runs again. One that does not start is tried again."""
        again = False
        if self.postgres and self.postgres.process and self.postgres.process.poll() is not None:
            again |= _start_again("postgres", partial(self._start_postgres, self.postgres))
        if self.valkey and self.valkey.process and self.valkey.process.poll() is not None:
            again |= _start_again("valkey", partial(self._start_valkey, self.valkey))
        return again

    def stop(self) -> None:
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()

    def _start_postgres(self, postgres: Postgres) -> None:
        with self._open_log("postgres") as log:
            try:
                urls = postgres.start(output=log)
            except ServerFailedError:
                self._print_log_end("postgres")
                raise
        self.addresses |= {
            "DATABASE_URL": urls.app,
            "DATABASE_OWNER_URL": urls.owner,
            "DATABASE_READER_URL": urls.reader,
        }

    def _start_valkey(self, valkey: Valkey) -> None:
        with self._open_log("valkey") as log:
            try:
                self.addresses["REDIS_URL"] = valkey.start(output=log)
            except ServerFailedError:
                self._print_log_end("valkey")
                raise

    def _log_path(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def _open_log(self, name: str) -> IO[bytes]:
        """For its owner alone: a server quotes statements in it."""
        file = os.open(self._log_path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(file, 0o600)  # it may be there from before
        return os.fdopen(file, "wb")

    def _print_log_end(self, name: str) -> None:
        for line in self._log_path(name).read_text(errors="replace").splitlines()[-10:]:
            say(name, line)


def _start_again(name: str, start: Callable[[], None]) -> bool:
    say(name, "ended; starts again")
    try:
        start()
    except (ServerFailedError, psycopg2.OperationalError, redis.RedisError) as error:
        say(name, f"does not start ({type(error).__name__}); it is tried again")
        return False
    return True


def is_named(setting: str) -> bool:
    """The environment names a server of its own, or the file of a secret that does."""
    return setting in os.environ or f"{setting}_FILE" in os.environ
