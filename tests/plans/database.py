"""The database of the large company: made once a run, by whichever runner of the suite is first."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from health.queries.scorecards import published_card
from tests.benchmarks import large_company
from tests.template_database import NAME as TEMPLATE

NAME = "large_company"


@contextmanager
def connected(name: str) -> Iterator[None]:
    """`connection` leads to another database of the server for a while."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    published_card.cache_clear()
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        published_card.cache_clear()


def make() -> None:
    """Needs the servers that the tests start themselves: the owner may load auto_explain there."""
    with (Path(os.environ["CS_TEST_HOME"]) / "large_company.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with connected("postgres"), connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
            if cursor.fetchone() is not None:
                return
            cursor.execute(f"CREATE DATABASE {NAME}_part TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
            cursor.execute(
                f"ALTER DATABASE {NAME}_part SET session_preload_libraries = 'auto_explain'"
            )
        with connected(f"{NAME}_part"):
            large_company.fill()
        with connected("postgres"), connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {NAME}_part RENAME TO {NAME}")
