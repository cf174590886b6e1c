"""What every test shares."""

import time

import hypothesis
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate

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
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# A process that a test has killed leaves its session until the server notices.
_SEND_OTHERS_AWAY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend' AND pg_has_role(usesysid, 'MEMBER')
"""
_LEAVING_SECONDS = 10
# What migrations put in.
_STARTING = ("accounts.Installation", "metrics.RetentionTarget", "metrics.RenewalChance")


def _keep_starting_rows() -> None:
    """A test that commits ends by emptying all tables. What an installation starts with comes
    back, so that tests may run in any order and by any worker."""
    models = [apps.get_model(name) for name in _STARTING]
    rows = [(model, list(model.objects.values())) for model in models]

    def put_back(**kwargs):
        for model, found in rows:
            if not model.objects.exists():
                model.objects.bulk_create(model(**row) for row in found)

    # Sent for each app, also after emptying; the last comes when all tables are there.
    post_migrate.connect(put_back, sender=apps.get_app_config("cs_platform"), weak=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """At the end nobody else is on the test database, so that it can be dropped."""
    with django_db_blocker.unblock():
        _keep_starting_rows()
    yield
    deadline = time.monotonic() + _LEAVING_SECONDS
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(_SEND_OTHERS_AWAY)
            if not cursor.fetchall():
                return
            time.sleep(0.1)
