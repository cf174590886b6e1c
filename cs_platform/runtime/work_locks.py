"""Exclusive sections across processes and machines: short ones, and the making of a database."""

from __future__ import annotations

import contextlib
import time
import zlib
from collections.abc import Callable, Iterator

from django.db import DatabaseError, InterfaceError, connection


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """Within transaction.atomic(): others wait until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])
    yield


# Held by whatever makes a database what it has to be: `prepare`, `demo`, `restore`.
PREPARING = 7_260_001
_POLL_SECONDS = 0.3
_SAY_FIRST_SECONDS, _SAY_AGAIN_SECONDS = 1.0, 30.0


@contextlib.contextmanager
def preparing(*, on_wait: Callable[[str], object]) -> Iterator[None]:
    """One at a time prepares, loads or restores a database; the others wait and say so.

    A session that waits inside `pg_advisory_lock` holds a snapshot for as long as it waits, and a
    concurrent index build of the one that works waits for all snapshots: each would wait for the
    other. So the lock is asked for again and again instead. It belongs to the session: it goes
    with a process that is killed. The same session may take it more than once.
    """
    say_at = time.monotonic() + _SAY_FIRST_SECONDS
    while not _try_lock():
        if time.monotonic() >= say_at:
            on_wait("Another prepare, demo or restore works on this database: waiting for its end.")
            say_at = time.monotonic() + _SAY_AGAIN_SECONDS
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        # A session that was lost has let go of the lock already.
        with contextlib.suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])


def _try_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [PREPARING])
        return bool(cursor.fetchone()[0])


def is_being_prepared() -> bool:
    """Somebody migrates or fills the database: background work waits until that is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock_shared(%s)", [PREPARING])
        free = bool(cursor.fetchone()[0])
        if free:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [PREPARING])
    return not free
