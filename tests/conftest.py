"""What every test shares."""

import gc
import os
import shutil
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from health.queries.publications import forget_latest
from tests.emptying import ready_to_empty
from tests.spreading import module_of, spread
from tests.undone import undone

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
    # Each runner counts its own requests.
    settings.METRICS_FOLDER = Path(tempfile.mkdtemp(prefix="cs-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_FOLDER)


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.METRICS_FOLDER, ignore_errors=True)


_SECONDS = "cs/seconds of modules"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """After pytest-django's order. Every runner reads what was written before the run began."""
    runners = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if runners > 1:
        items[:] = spread(items, runners=runners, seconds=config.cache.get(_SECONDS, {}))


def pytest_collection_finish() -> None:
    """Six thousand collected tests are no garbage: the search for cycles goes past them."""
    gc.freeze()


def pytest_terminal_summary(config: pytest.Config, terminalreporter) -> None:
    """What each module took, for the next run of the suite. One runner may run parts of modules."""
    if not config.getoption("numprocesses", None):
        return
    took: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                took[module_of(report.nodeid)] += report.duration
    known = config.cache.get(_SECONDS, {})
    config.cache.set(_SECONDS, known | {name: round(value, 1) for name, value in took.items()})


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
        empty = ready_to_empty()
    TransactionTestCase._fixture_teardown = lambda _case: empty()
    yield
    connection.close()  # a test that ended every session may have ended this one
    deadline = time.monotonic() + _LEAVING_SECONDS
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(_SEND_OTHERS_AWAY)
            if not cursor.fetchall():
                return
            time.sleep(0.1)


@pytest.fixture(scope="module")
def standing(django_db_setup, django_db_blocker):
    """What fixtures of a module write on this stands for all its tests: each rolls back to it.

    For a module of which every test stands on it and none commits.
    """
    with django_db_blocker.unblock(), undone():
        yield


@pytest.fixture(autouse=True)
def _latest_publication_is_asked_for_anew() -> None:
    """What a test has published goes with its transaction."""
    forget_latest()
