"""The cache that limits and lock-outs are counted in: what is alive is never thrown out."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections


class LastingDatabaseCache(DatabaseCache):
    """Django's, but a full table loses its expired rows only.

    Django's own throws out a third of the living as well, the lowest keys first: whoever wrote
    enough other keys set a locked account free. An entry here is small and lives an hour at most,
    so the table stays small by itself.
    """

    _table: str  # set by Django's; its stubs leave it out

    def _cull(self, db: str, cursor: Any, now: Any, num: int) -> None:
        connection = connections[db]
        quote = connection.ops.quote_name
        cursor.execute(
            f"DELETE FROM {quote(self._table)} WHERE {quote('expires')} < %s",  # noqa: S608 -- names of ours
            [connection.ops.adapt_datetimefield_value(now)],
        )
