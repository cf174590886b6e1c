"""What every test shares."""

import os
import time
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from tests.emptying import empty_tables, starting_rows

# How fast an example is depends on what else the machine does; what it says does not.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


def pytest_configure() -> None:
    """Before any test touches them: no collected static files, no slow password hash."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Copied from a migrated database, where the servers are our own (tests/embedded.py).
    settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = os.environ.get(
        "CS_TEST_TEMPLATE"
    )
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# A process that a test has killed leaves its session until the server notices.
_SEND_OTHERS_AWAY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend' AND pg_has_role(usesysid, 'MEMBER')
"""
_LEAVING_SECONDS = 10


_LAST_SECONDS = 60


def seconds_past_midnight(now: datetime) -> int:
    """Seconds until the next UTC day has begun, where this one ends within a minute; else 0."""
    later = now + timedelta(seconds=_LAST_SECONDS)
    if later.date() == now.date():
        return 0
    midnight = later.replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - now).total_seconds()) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """A test asks for the day more than once, and so does what it tests: both get the same."""
    time.sleep(seconds_past_midnight(datetime.now(UTC)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A test that commits leaves the database as it found it; at the end nobody else is on it, so
    that it can be dropped."""
    with django_db_blocker.unblock():
        put_back = starting_rows()

    def empty(_case: TransactionTestCase) -> None:
        empty_tables()
        put_back()

    TransactionTestCase._fixture_teardown = empty
    yield
    connection.close()  # a test that ended every session may have ended this one
    deadline = time.monotonic() + _LEAVING_SECONDS
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(_SEND_OTHERS_AWAY)
            if not cursor.fetchall():
                return
            time.sleep(0.1)
