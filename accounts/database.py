"""Migration operations of our own, for every app's migrations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


class AddIndexOnline(AddIndexConcurrently):
    """Builds an index while work goes on, and can be run again after it was killed.

    A concurrent build is no transaction: a run that is killed leaves the index INVALID, or valid
    while `django_migrations` does not know it yet. An invalid index is dropped and built anew, a
    valid one is kept. The migration needs `atomic = False`.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        name = schema_editor.quote_name(self.index.name)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_IS_VALID, [name])
            found = cursor.fetchone()
        if found == (True,):
            return
        # The build waits for every older snapshot, such as a long report's, and keeps nobody out
        # meanwhile: a time limit for locks would only end it half way.
        schema_editor.execute("SET lock_timeout = 0", params=None)
        if found == (False,):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY {name}", params=None)
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute("RESET lock_timeout", params=None)


class ChangesAtOnce(Operation):
    """Operations that find the models as the last of them leaves them.

    Otherwise Django renders every model that is related to the one of an operation, again for each
    operation: nine tenths of what an empty database takes. For operations that do not build on each
    other: no field is changed twice, nothing is done to a model that one of them makes, and none of
    them is Python that asks for models. A foreign key stands in its table, whatever the order of
    the tables.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        self.reversible = all(each.reversible for each in operations)  # type: ignore[misc]

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # rendered; made anew where it is asked for next
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Changes {len(self.operations)} tables, fields, triggers and indexes at once"
