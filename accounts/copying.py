"""COPY in and out of Postgres, with Django's own exceptions for what goes wrong."""

from __future__ import annotations

from typing import IO, Any

from django.db import connection
from psycopg2 import sql


def copy(statement: sql.Composable | str, stream: IO[Any]) -> None:
    """Runs a COPY … FROM STDIN that reads the stream, or a COPY … TO STDOUT that fills it.

    Raises:
        django.db.Error: the driver's errors as Django's, so that IntegrityError can be caught.
    """
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(statement, stream)
