"""Empties the database after a test that committed: Django's flush truncates some 200 tables with
their indexes one by one, which takes longer than most tests."""

from collections.abc import Callable

from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

# What migrations put in; rows of Django's own stay as they are.
_STARTING = (
    "accounts.Installation",
    "accounts.Source",
    "accounts.Function",
    "accounts.BusinessEventKind",
    "accounts.InteractionKind",
    "accounts.SegmentDefinition",
    "accounts.SegmentBound",
    "accounts.TouchTierDefinition",
    "accounts.TouchTierBound",
    "metrics.RetentionTarget",
    "metrics.RenewalChance",
)
_KEPT = ["django_content_type", "auth_permission", "django_migrations"]

# As a replica: no trigger keeps rows from going, and no order of foreign keys matters.
_EMPTY = """
    DO $$ DECLARE found record; is_filled boolean; BEGIN
        SET LOCAL session_replication_role = replica;
        FOR found IN
            SELECT oid::regclass AS name FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND NOT relname = ANY (current_setting('cs_test.kept')::text[])
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %s)', found.name) INTO is_filled;
            IF is_filled THEN EXECUTE format('DELETE FROM %s', found.name); END IF;
        END LOOP;
    END $$
"""


_PUT_BACK = """
    INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)
    WHERE NOT EXISTS (SELECT FROM {table});
"""


def ready_to_empty() -> Callable[[], None]:
    """Keeps what an installation starts with; what it returns empties all tables and puts it
    back."""
    tables = [apps.get_model(name)._meta.db_table for name in _STARTING]
    with connection.cursor() as cursor:
        rows = [_as_json(cursor, table) for table in tables]
    put_back = "".join(_PUT_BACK.format(table=table) for table in tables)

    def empty() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('cs_test.kept', %s::text, true)", [_KEPT])
                cursor.execute(_EMPTY)
                cursor.execute(put_back, rows)
        except ProgrammingError:  # a server of somebody else's: we may not pose as a replica
            call_command("flush", verbosity=0, interactive=False)
            with connection.cursor() as cursor:
                cursor.execute(put_back, rows)

    return empty


def _as_json(cursor, table: str) -> str:
    cursor.execute(f"SELECT coalesce(json_agg(t), '[]')::text FROM {table} t")
    found: str = cursor.fetchone()[0]
    return found
