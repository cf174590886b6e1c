"""What may be kept of an error: never its words, which can quote a customer's."""

from __future__ import annotations

import traceback
from pathlib import Path

import psycopg2
from django.conf import settings

_LIBRARIES = "site-packages"


def in_safe_words(error: BaseException) -> str:
    """Class, place in our code, and of Postgres the state, the constraint and the table.

    `IntegrityError 23505 movement_posted_once (accounts_revenuemovement) at
    accounts/loading/movements.py:44`
    """
    words = [type(error).__name__, *_of_postgres(error)]
    if place := _innermost_own_line(error):
        words += ["at", place]
    return " ".join(words)


def _of_postgres(error: BaseException) -> list[str]:
    found = error if isinstance(error, psycopg2.Error) else error.__cause__
    if not isinstance(found, psycopg2.Error):
        return []
    words = [found.pgcode, found.diag.constraint_name or found.diag.column_name]
    if found.diag.table_name:
        words.append(f"({found.diag.table_name})")
    return [word for word in words if word]


def _innermost_own_line(error: BaseException) -> str:
    """The innermost line that is ours."""
    root = Path(settings.BASE_DIR)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(root) and _LIBRARIES not in file.parts:
            return f"{file.relative_to(root)}:{frame.lineno}"
    return ""
