"""Whoever writes work tells the dispatcher, without knowing that there is one."""

from django.db import migrations

TABLES = (
    "accounts_dirtyaccount",
    "accounts_job",
    "accounts_outboxmessage",
    "accounts_signal",
)
FUNCTION = """
CREATE FUNCTION cs_work_rings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('cs_work', TG_TABLE_NAME);
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER work_rings AFTER INSERT ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION cs_work_rings();
"""


class Migration(migrations.Migration):
    dependencies = [("cs_platform", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION cs_work_rings()"),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table), f"DROP TRIGGER work_rings ON {table}"
            )
            for table in TABLES
        ),
    ]
