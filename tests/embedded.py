"""Starts Postgres and Valkey for the tests, before pytest-django reads the settings.

DATABASE_URL / REDIS_URL already set are used as they are; xdist workers inherit both.
"""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from cs_platform.runtime.embedded.postgres import OWNER, SUPERUSER, Postgres
from cs_platform.runtime.embedded.process import endpoint
from cs_platform.runtime.embedded.valkey import Valkey
from tests.template_database import NAME, make_template

# Durability is what other tests prove, on servers of their own.
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "150",
    # Tables that were analysed while they were empty would be planned for as empty.
    "autovacuum": "off",
}
_undo: list[Callable[[], object]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    # Tests and the many processes they start are compiled once, as under make.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if "CS_TEST_HOME" in os.environ:  # an xdist worker
        return
    # Not below a private TMPDIR: as root, Postgres runs as somebody else and must get there.
    home = Path(tempfile.mkdtemp(prefix="cs-test-", dir="/tmp"))
    home.chmod(0o711)
    (home / "static").mkdir()
    _undo.append(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ["CS_TEST_HOME"] = os.environ["CS_HOME"] = str(home)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(40)
    os.environ["CS_TLS"] = "0"
    os.environ.pop("CS_DEMO", None)
    with (home / "servers.log").open("ab") as log:
        if "DATABASE_URL" not in os.environ:
            postgres = Postgres(home)
            _undo.append(postgres.stop)
            os.environ["DATABASE_URL"] = postgres.start(settings=_FAST, output=log).owner
            grant_owner(postgres)
            make_template(os.environ["DATABASE_URL"], tools=postgres.bin)
            os.environ["CS_TEST_TEMPLATE"] = NAME
        if "REDIS_URL" not in os.environ:
            valkey = Valkey(home)
            _undo.append(valkey.stop)
            os.environ["REDIS_URL"] = valkey.start(output=log)


# As a replica the owner empties and fills tables without their triggers (tests/emptying.py,
# tests/benchmarks/large_company.py); auto_explain says how a statement was executed
# (tests/plans). A database that is in use gives its owner no such rights.
_PARAMETERS = (
    "session_replication_role",
    "session_preload_libraries",
    "auto_explain.log_min_duration",
    "auto_explain.log_format",
    "auto_explain.log_level",
)


def grant_owner(postgres: Postgres) -> None:
    here = endpoint(postgres.run_as.root / "postgres.json")
    admin = psycopg2.connect(
        host="127.0.0.1", port=here.port, user=SUPERUSER, password=here.password, dbname="postgres"
    )
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"GRANT SET ON PARAMETER {', '.join(_PARAMETERS)} TO {OWNER}")
    admin.close()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    while _undo:
        _undo.pop()()
