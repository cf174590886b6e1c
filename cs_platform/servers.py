"""The servers of one installation: embedded unless the environment names others."""

from __future__ import annotations

import os
from pathlib import Path

from cs_platform.children import say
from cs_platform.embedded.postgres import Postgres
from cs_platform.embedded.process import ServerFailedError
from cs_platform.embedded.valkey import Valkey


class Servers:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.addresses: dict[str, str] = {}
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None

    def start(self) -> None:
        if not _is_named("DATABASE_URL"):
            self.postgres = Postgres(self.home)
            self._start_postgres(self.postgres)
        if not _is_named("REDIS_URL"):
            self.valkey = Valkey(self.home)
            self._start_valkey(self.valkey)

    def look_after(self) -> bool:
        """True when one had died and runs again."""
        again = False
        if self.postgres and self.postgres.process and self.postgres.process.poll() is not None:
            say("postgres", "ended; starts again")
            self._start_postgres(self.postgres)
            again = True
        if self.valkey and self.valkey.process and self.valkey.process.poll() is not None:
            say("valkey", "ended; starts again")
            self._start_valkey(self.valkey)
            again = True
        return again

    def stop(self) -> None:
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()

    def _start_postgres(self, postgres: Postgres) -> None:
        with self._log("postgres").open("wb") as log:
            try:
                urls = postgres.start(output=log)
            except ServerFailedError:
                self._show("postgres")
                raise
        self.addresses |= {
            "DATABASE_URL": urls.app,
            "DATABASE_OWNER_URL": urls.owner,
            "DATABASE_READER_URL": urls.reader,
        }

    def _start_valkey(self, valkey: Valkey) -> None:
        with self._log("valkey").open("wb") as log:
            try:
                self.addresses["REDIS_URL"] = valkey.start(output=log)
            except ServerFailedError:
                self._show("valkey")
                raise

    def _log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def _show(self, name: str) -> None:
        for line in self._log(name).read_text(errors="replace").splitlines()[-10:]:
            say(name, line)


def _is_named(setting: str) -> bool:
    """The environment names a server of its own, or the file of a secret that does."""
    return setting in os.environ or f"{setting}_FILE" in os.environ
