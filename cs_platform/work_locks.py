"""Exclusive sections across processes and machines: short ones, and the making of a database."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator

from django.db import connection


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """Within transaction.atomic(): others wait until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])
    yield


# Held by `prepare` and by the loading of the demo company for as long as they take.
PREPARING = 7_260_001


def is_being_prepared() -> bool:
    """Somebody migrates or fills the database: background work waits until that is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock_shared(%s)", [PREPARING])
        free = bool(cursor.fetchone()[0])
        if free:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [PREPARING])
    return not free
