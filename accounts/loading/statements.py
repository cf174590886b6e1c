"""Runs composed SQL. As text: what wraps Django's cursor (the audit trail) reads statements."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg2 import sql


def run(
    statement: sql.Composable, parameters: Mapping[str, Any] | Sequence[Any] | None = None
) -> list[tuple[Any, ...]]:
    """The rows, or none when the statement gives no rows back."""
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        cursor.execute(statement.as_string(raw), parameters)
        return cursor.fetchall() if cursor.description else []
