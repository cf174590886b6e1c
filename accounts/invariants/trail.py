"""The invariant of the audit trail: it ends in what the row says."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import Model
from psycopg2 import sql

from accounts.audit import is_tracked
from accounts.invariants.checks import CheckScope, PythonCheck

# The latest entry of every row that has one. Columns the trail leaves out are not compared.
_DIFFERING = sql.SQL("""
    SELECT {name} || ' ' || row.{key}
    FROM {table} row
    JOIN (
        SELECT DISTINCT ON (pgh_obj_id) * FROM {trail} ORDER BY pgh_obj_id, pgh_id DESC
    ) entry ON entry.pgh_obj_id = row.{key}
    WHERE ({of_row}) IS DISTINCT FROM ({of_entry})
    ORDER BY row.{key}
""")


def rows_beside_their_trail(_scope: CheckScope) -> list[str]:
    """One line for each, whatever its model."""
    lines: list[str] = []
    with connection.cursor() as cursor:
        for model in tracked_models():
            cursor.execute(_trail_query(model))
            lines += [line for (line,) in cursor.fetchall()]
    return lines


def tracked_models() -> Iterator[type[Model]]:
    """Those of which changes are kept; of links only making and taking away are."""
    for model in apps.get_models():
        if is_tracked(model) and "update" in model.pgh_event_models:  # type: ignore[attr-defined]
            yield model


def _trail_query(model: type[Model]) -> sql.Composed:
    trail = model.pgh_event_models["update"]  # type: ignore[attr-defined]
    columns = [
        field.column for field in trail._meta.concrete_fields if not field.column.startswith("pgh_")
    ]

    def of(side: str) -> sql.Composed:
        return sql.SQL(", ").join(sql.Identifier(side, column) for column in columns)

    return _DIFFERING.format(
        name=sql.Literal(str(model._meta.verbose_name)),
        key=sql.Identifier(model._meta.pk.column),
        table=sql.Identifier(model._meta.db_table),
        trail=sql.Identifier(trail._meta.db_table),
        of_row=of("row"),
        of_entry=of("entry"),
    )


TRAIL = PythonCheck(
    "changes_are_in_the_trail",
    "rows that are not what the latest entry of their audit trail says",
    rows_beside_their_trail,
)
