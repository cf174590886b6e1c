"""COPY in and out of Postgres, with Django's own exceptions for what goes wrong."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg2 import sql

from accounts.binary_rows import columns_of


def copy(statement: sql.Composable | str, stream: IO[Any]) -> None:
    """Runs a COPY … FROM STDIN that reads the stream, or a COPY … TO STDOUT that fills it.

    Raises:
        django.db.Error: the driver's errors as Django's, so that IntegrityError can be caught.
    """
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(statement, stream)


def copy_out(query: sql.Composable, kinds: Mapping[str, str]) -> NDArray[np.void]:
    """The answer of a SELECT of fixed-width columns that are never null; numpy types by name."""
    buffer = io.BytesIO()
    copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query), buffer)
    return columns_of(buffer, kinds)
