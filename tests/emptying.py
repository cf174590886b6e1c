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


def empty_tables() -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('cs_test.kept', %s::text, true)", [_KEPT])
            cursor.execute(_EMPTY)
    except ProgrammingError:  # a server of somebody else's, where we may not pose as a replica
        call_command("flush", verbosity=0, interactive=False)


def starting_rows() -> Callable[[], None]:
    """Keeps what an installation starts with; what it returns puts back what of it is missing."""
    models = [apps.get_model(name) for name in _STARTING]
    rows = [(model, list(model.objects.values())) for model in models]

    def put_back() -> None:
        for model, found in rows:
            if not model.objects.exists():
                model.objects.bulk_create(model(**row) for row in found)

    return put_back
