"""Short exclusive sections across processes and machines, ended by the transaction."""

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
