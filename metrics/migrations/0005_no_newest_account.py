from django.db import migrations

# The release before this one still writes the column, and takes 0 for "look at every account". A
# later release drops it.
KEPT = "ALTER TABLE metrics_reportday ALTER COLUMN accounts_through SET DEFAULT 0"
# Days that were stored before may lack such a score; the next run of the snapshots looks again.
LOOK_AGAIN = "INSERT INTO metrics_factchange (source, day) SELECT 'scores', day FROM metrics_reportday"
AS_BEFORE = "ALTER TABLE metrics_reportday ALTER COLUMN accounts_through DROP DEFAULT"


class Migration(migrations.Migration):
    """Which accounts a stored day has seen is no longer told by their ids: a score that a closed
    day gets late is a revision, and noted."""

    dependencies = [("metrics", "0004_fact_changes")]
    operations = [
        migrations.RunSQL(LOOK_AGAIN, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(KEPT, AS_BEFORE)],
            state_operations=[migrations.RemoveField("reportday", "accounts_through")],
        )
    ]
