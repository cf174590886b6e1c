"""Several operations of a migration that find the models as the last of them leaves them."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from accounts.database import ChangesAtOnce
from accounts.models import Job

pytestmark = pytest.mark.django_db

CHANGES = (
    migrations.AddField("job", "colour", models.CharField(max_length=8, db_default="red")),
    migrations.AddField("job", "after", models.ForeignKey("job", models.CASCADE, null=True)),
    migrations.AlterField("job", "key", models.CharField(max_length=7_000)),
    migrations.AddIndex("job", models.Index(fields=["colour"], name="job_colour")),
)  # fmt: skip


def columns():
    """By name: the type and its length; and the names of all indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, (udt_name, character_maximum_length)::text"
            " FROM information_schema.columns WHERE table_name = 'accounts_job'"
            " UNION ALL SELECT indexname, 'index' FROM pg_indexes WHERE tablename = 'accounts_job'"
        )
        return dict(cursor.fetchall())


def test_changes_at_once_are_those_of_one_after_another_and_can_be_taken_back():
    at_once = ChangesAtOnce(operations=CHANGES)
    as_it_was = columns()
    before = ProjectState.from_apps(Job._meta.apps)
    after = before.clone()
    at_once.state_forwards("accounts", after)
    with connection.schema_editor(atomic=False) as editor:
        at_once.database_forwards("accounts", editor, before, after)
    found = columns()
    assert found["colour"] == "(varchar,8)"
    assert found["after_id"] == "(int8,)"
    assert found["key"] == "(varchar,7000)"
    assert found["job_colour"] == "index"
    with connection.schema_editor(atomic=False) as editor:
        at_once.database_backwards("accounts", editor, after, before)
    assert columns() == as_it_was


def test_what_cannot_be_taken_back_is_not_either_among_others():
    one_way = migrations.RunSQL("SELECT 1")
    assert ChangesAtOnce(operations=CHANGES).reversible
    assert not ChangesAtOnce(operations=(*CHANGES, one_way)).reversible
