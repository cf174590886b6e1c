"""Runs composed SQL. As text: what wraps Django's cursor (the audit trail) reads statements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL
from psycopg2 import sql


def run(
    statement: sql.Composable, parameters: Mapping[str, Any] | Sequence[Any] | None = None
) -> list[tuple[Any, ...]]:
    """The rows, or none when the statement gives no rows back."""
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        cursor.execute(statement.as_string(raw), parameters)
        return cursor.fetchall() if cursor.description else []


def among(ids: Iterable[int]) -> RawSQL:
    """For `__in`, as one parameter: thousands of them cost Django more than the query."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])  # nosec B611 -- a constant text
