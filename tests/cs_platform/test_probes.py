"""What /readyz says about a platform that limps, and when it says no."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Job
from accounts.work import jobs
from cs_platform.models import Pulse
from cs_platform.runtime import failing_processes

pytestmark = pytest.mark.django_db


def pulse(**values) -> None:
    fields = {"beat_at": datetime.now(UTC), **values}
    Pulse.objects.update_or_create(process="dispatcher", defaults=fields)


def warnings(client: Client) -> list[str]:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    return answer.json()["warnings"]


def test_a_healthy_platform_has_no_warnings(client):
    pulse()
    assert warnings(client) == []


def test_a_silent_dispatcher_is_a_warning(client):
    pulse(beat_at=datetime.now(UTC) - timedelta(minutes=2))
    assert warnings(client) == ["the dispatcher is silent"]


def test_a_broker_that_does_not_answer_is_a_warning_only(client):
    pulse(broker_answers=False)
    assert warnings(client) == ["the broker does not answer: the dispatcher works by itself"]


def test_a_process_that_ends_again_and_again_is_a_warning(client, settings, tmp_path):
    settings.CS_HOME = tmp_path
    pulse()
    assert warnings(client) == []
    failing_processes.write(tmp_path, [failing_processes.Failing(process="beat", deaths=5, code=3)])
    assert warnings(client) == ["beat ended 5 times within seconds (exit code 3)"]
    failing_processes.forget(tmp_path)
    assert warnings(client) == []


def test_late_and_dead_jobs_are_warnings(client):
    pulse()
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    jobs.enqueue(kind="k", key="late", next_at=long_ago)
    Job.objects.create(kind="k", key="dead", next_at=long_ago, state="dead", finished_at=long_ago)
    late, dead = warnings(client)
    assert late.startswith("the oldest due job waits for 60")
    assert dead == "1 job was given up: the operations page says why"


def test_a_missing_migration_is_a_no(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cs_platform'")
        missing = cursor.rowcount
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "migrations_missing": missing}
