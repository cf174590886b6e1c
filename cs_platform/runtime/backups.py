"""A backup is one file in pg_dump's custom format; a restore proves itself.

What a dump holds says which migrations it knows: no file beside it that could get lost. Sessions
and the cache stay out, so that a stolen backup opens no door; everybody signs in again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from cs_platform.runtime.migration_history import MigrationHistory, history_of
from cs_platform.runtime.postgres_tools import ToolFailedError, address, tools_for_server
from cs_platform.runtime.preparation import mark_restore, prepare_database
from cs_platform.runtime.work_locks import preparing

FORGOTTEN = ("django_session", "cs_cache")
_MIGRATION = re.compile(r"^\d+\t(?P<app>\w+)\t(?P<name>\w+)\t", re.MULTILINE)


class BackupRefusedError(RuntimeError):
    """One sentence: what is in the way and what to do."""


def back_up(*, file: Path, replace: bool) -> int:
    """Bytes written. One consistent snapshot; the platform goes on working meanwhile.

    Written beside and renamed, readable by its owner alone: a killed backup leaves no half file.
    """
    if file.exists() and not replace:
        raise BackupRefusedError(f"{file} exists: choose another name, or say --replace.")
    if not file.parent.is_dir():
        raise BackupRefusedError(f"The folder {file.parent} does not exist.")
    tools = tools_for_server()
    beside = file.with_name(f".{file.name}.part")
    beside.unlink(missing_ok=True)
    os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        tools.run(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-comments",
            *(f"--exclude-table-data={table}" for table in FORGOTTEN),
            f"--file={beside}", f"--dbname={address()}",
        )  # fmt: skip
        history_in(beside)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
    return file.stat().st_size


def history_in(file: Path) -> MigrationHistory:
    """Raises BackupRefusedError for what is no backup of this platform, or not all of one.

    It is read to its end: a dump lists its contents first, so that one which was cut short by a
    full disk looks whole until a restore comes to what is missing.
    """
    if not file.is_file():
        raise BackupRefusedError(f"There is no file {file}.")
    tools = tools_for_server()
    try:
        tools.run("pg_restore", f"--file={os.devnull}", str(file))
        rows = tools.run(
            "pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(file)
        )
    except ToolFailedError as error:
        raise BackupRefusedError(f"{file} cannot be read as a backup: {error}") from error
    found = frozenset((row["app"], row["name"]) for row in _MIGRATION.finditer(rows))
    if ("cs_platform", "0001_initial") not in found:
        raise BackupRefusedError(f"{file} is a dump, but not of this platform.")
    return history_of(found)


def restore(
    *, file: Path, overwrite: bool, workers: int, app: str, on_wait: Callable[[str], object]
) -> None:
    """Into an empty database, or instead of what is there; then migrated and granted to `app`.

    Background work and other commands that prepare the database wait meanwhile. Raises
    BackupRefusedError before anything is touched.
    """
    _refuse_other_history(file)
    with preparing(on_wait=on_wait):
        if _has_tables():
            if not overwrite:
                raise BackupRefusedError(
                    "The database is not empty. To throw away what is there, stop web, dispatcher,"
                    " worker and beat, and say --overwrite."
                )
            _refuse_company()
            _empty_database()
        mark_restore(unfinished=True)
        tools_for_server().run(
            "pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error",
            f"--jobs={workers}", f"--dbname={address()}", str(file),
        )  # fmt: skip
        mark_restore(unfinished=False)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # a dump brings no statistics
        prepare_database(app=app, on_wait=on_wait)


def _refuse_other_history(file: Path) -> None:
    history = history_in(file)
    if history.is_of_an_older_layout:
        raise BackupRefusedError(
            f"{file} was made by an older layout that cannot be upgraded: keep it, and restore it"
            " with the version that made it."
        )
    if unknown := history.unknown:
        raise BackupRefusedError(
            f"The backup was made by a newer version ({', '.join(unknown[:3])}): restore it with"
            " that version, or upgrade this one first."
        )


def _has_tables() -> bool:
    return bool(connection.introspection.table_names())


def _refuse_company() -> None:
    """Somebody at work would fill the emptied database again, or hold its locks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        others = cursor.fetchone()[0]
    if others:
        raise BackupRefusedError(
            f"{others} other connection{'s are' if others > 1 else ' is'} open: stop web,"
            " dispatcher, worker and beat first."
        )


def _empty_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
