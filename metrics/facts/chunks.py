"""Long answers of the database, a chunk at a time."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

_CHUNK = 2_000


def in_chunks(sql: str, params: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows of a query by a cursor of the server: memory stays flat however many there are."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows
