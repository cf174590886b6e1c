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


def array(values: Iterable[object]) -> str:
    """As one parameter, to be cast: the driver takes ten times as long for a list."""
    return "{" + ",".join(map(_array_element, values)) + "}"


def _array_element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def among(ids: Iterable[int]) -> RawSQL:
    """For `__in`, as one parameter: thousands of them cost Django more than the query."""
    return RawSQL("SELECT unnest(%s::bigint[])", [array(ids)])  # nosec B611 -- a constant text


def among_texts(texts: Iterable[str]) -> RawSQL:
    """The same for names."""
    return RawSQL("SELECT unnest(%s::text[])", [array(texts)])  # nosec B611 -- a constant text
