"""Databases beside that of the test, for what is done to a whole one."""

import contextlib
import os
from collections.abc import Iterator
from urllib.parse import quote

from django.db import connection


def own_name(name: str) -> str:
    """That name for this runner of the suite alone: the tests of a module are dealt to several."""
    return f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


def url_of(name: str) -> str:
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{quote(at['PASSWORD'])}@{at['HOST']}:{at['PORT']}/{name}"


@contextlib.contextmanager
def made_database(name: str) -> Iterator[str]:
    """The address of an empty database, which goes with everybody on it in the end."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield url_of(name)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
