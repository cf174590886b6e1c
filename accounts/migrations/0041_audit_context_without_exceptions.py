"""Who did it, asked of the session without an exception.

django-pghistory asks for settings that may be missing and catches the error. Each time that ends a
subtransaction, for which Postgres goes through all deferred checks of the transaction: an import
that had written tens of thousands of rows paid 0.2 ms for every row of the audit trail.
"""

from django.db import migrations

ATTACH_CONTEXT = """
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS pghistory_context.id%TYPE AS $$
DECLARE
    -- Empty once a transaction of the session has set them locally.
    said_id uuid := nullif(current_setting('pghistory.context_id', true), '');
    said jsonb := nullif(current_setting('pghistory.context_metadata', true), '');
BEGIN
    IF said_id IS NULL OR said IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO pghistory_context (id, metadata, created_at, updated_at)
    VALUES (said_id, said, now(), now())
    ON CONFLICT (id) DO UPDATE
        SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at
        WHERE pghistory_context.metadata != EXCLUDED.metadata;
    RETURN said_id;
END;
$$ LANGUAGE plpgsql;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0040_usage_that_was_added_up"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    # Backwards it stays: the other one answers the same.
    operations = [migrations.RunSQL(ATTACH_CONTEXT, migrations.RunSQL.noop)]
