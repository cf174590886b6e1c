"""Three database roles: an owner that migrates, the app's own, and a read-only one for reports.

One external role for everything works as well: then there is nothing to grant.
"""

from __future__ import annotations

import environ
import pghistory.models
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

# What the app role may add to but never change. The audit trail's tables join by themselves.
# A day is closed once: without its row the scores of that day could be written again.
APPEND_ONLY = (
    "accounts_revenuemovement",
    "health_closedday",
    "cs_platform_intervention",
    "django_admin_log",
    "pghistory_context",
)
# An audit row's person is filled in by the transaction that wrote it; a trigger refuses others.
FILLED_IN = {"pghistory_context": ("metadata", "updated_at")}
# What a report has no business reading: sessions, secrets, caches.
UNREADABLE = ("accounts_apikey", "cs_cache", "django_session", "accounts_user")
READABLE_COLUMNS = {
    "accounts_user": ("id", "email", "name", "title", "role", "team_id", "is_active", "joined_at")
}


def append_only_tables() -> tuple[str, ...]:
    audit = (
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, pghistory.models.Event)
    )
    return (*APPEND_ONLY, *sorted(audit))


def become_owner() -> str:
    """From here on this process works as the owner, without the time limits of a page.

    Says which role it was before.
    """
    connection.close()
    before = str(connection.settings_dict["USER"])
    if settings.DATABASE_OWNER_URL:
        connection.settings_dict.update(environ.Env.db_url_config(settings.DATABASE_OWNER_URL))
    options = connection.settings_dict.setdefault("OPTIONS", {})
    options["options"] = "-c lock_timeout=30s -c statement_timeout=0 -c jit=off"
    return before


def user_of(url: str) -> str:
    return str(environ.Env.db_url_config(url)["USER"]) if url else ""


def grant(*, app: str, reader: str = "") -> None:
    """After migrations, as the owner: what each role may do with every table there is.

    Default privileges cover the partitions that are made later.
    """
    with connection.cursor() as cursor:
        _grant_schema(cursor, app=app)
        for table in append_only_tables():
            _run_for_names(cursor, "REVOKE UPDATE, DELETE ON {} FROM {}", table, app)
        for table, columns in FILLED_IN.items():
            _grant_columns(cursor, "UPDATE", table, columns, to=app)
        if reader:
            _grant_reading(cursor, reader=reader)


def _grant_schema(cursor: CursorWrapper, *, app: str) -> None:
    cursor.execute("SELECT current_database()")
    database = cursor.fetchone()[0]
    _run_for_names(cursor, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, app)
    _run_for_names(cursor, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    _run_for_names(cursor, "GRANT USAGE ON SCHEMA public TO {}", app)
    rights = "SELECT, INSERT, UPDATE, DELETE ON"
    _run_for_names(cursor, f"GRANT {rights} ALL TABLES IN SCHEMA public TO {{}}", app)
    _run_for_names(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", app)
    defaults = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
    _run_for_names(cursor, f"{defaults} {rights} TABLES TO {{}}", app)
    _run_for_names(cursor, f"{defaults} USAGE, SELECT ON SEQUENCES TO {{}}", app)


def _grant_reading(cursor: CursorWrapper, *, reader: str) -> None:
    _run_for_names(cursor, "GRANT USAGE ON SCHEMA public TO {}", reader)
    _run_for_names(cursor, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", reader)
    _run_for_names(
        cursor, "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {}", reader
    )
    for table in UNREADABLE:
        _run_for_names(cursor, "REVOKE SELECT ON {} FROM {}", table, reader)
    for table, columns in READABLE_COLUMNS.items():
        _grant_columns(cursor, "SELECT", table, columns, to=reader)


def _grant_columns(
    cursor: CursorWrapper, right: str, table: str, columns: tuple[str, ...], *, to: str
) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("GRANT {} ({}) ON {} TO {}")
    cursor.execute(query.format(sql.SQL(right), names, sql.Identifier(table), sql.Identifier(to)))


def _run_for_names(cursor: CursorWrapper, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
