"""A query's rows as numpy columns: binary COPY, no Python object per row."""

from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg2.sql import SQL

from accounts.binary_rows import FIRST_ORDINAL
from accounts.postgres_copy import copy_out

_WIDTHS = {"i8": ">i8", "i4": ">i4", "date": ">i4"}

Columns = dict[str, NDArray[np.int64]]


def copy_columns(*, sql: str, params: dict[str, Any], columns: dict[str, str]) -> Columns:
    """`columns` gives name and type ("i8", "i4", "date") of each selected, never null, column.

    Dates become ordinals as `date.toordinal` counts them.
    """
    with connection.cursor() as cursor:
        statement = cursor.cursor.mogrify(sql, params).decode()
    rows = copy_out(SQL(statement), {name: _WIDTHS[kind] for name, kind in columns.items()})
    found = {name: rows[name].astype(np.int64) for name in columns}
    for name, kind in columns.items():
        if kind == "date":
            found[name] += FIRST_ORDINAL
    return found
