"""Two people who add the same in one instant: one adds it, the other reads that it is there."""

import threading

import psycopg2
import pytest
from django.db import connection, connections
from django.urls import reverse

from accounts.models import Team, User
from tests.fresh_sign_in import sign_in_freshly
from tests.pipeline.processes import until

pytestmark = pytest.mark.django_db(transaction=True)


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


def test_the_second_of_two_reads_that_it_is_there(client):
    ops = User.objects.create_user("ola@example.test", name="Ola", role="ops")
    sign_in_freshly(client, ops)
    at = connection.get_connection_params()
    first = psycopg2.connect(
        **{key: at[key] for key in ("host", "port", "user", "password", "dbname")}
    )
    answers = []

    def second() -> None:
        answers.append(client.post(reverse("admin:accounts_team_add"), {"name": "North"}))
        connections.close_all()

    with first, first.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_team (name) VALUES ('North')")
        thread = threading.Thread(target=second)
        thread.start()
        until(waits_for_a_lock)  # it was not there when the second looked
    first.close()
    thread.join()
    assert answers[0].status_code == 200
    assert "Team with this Name already exists." in answers[0].content.decode()
    assert Team.objects.filter(name="North").count() == 1
