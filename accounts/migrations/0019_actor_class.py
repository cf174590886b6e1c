from django.db import migrations, models

# An installation that was made with the column, by migration 0003, has it already. The new key is
# built beside the old one, partition by partition.
USAGE = """
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = 'accounts_usageday'::regclass AND attname = 'actor'
    ) THEN
        ALTER TABLE accounts_usageday
            ADD COLUMN actor smallint NOT NULL DEFAULT 0 CHECK (actor >= 0);
        ALTER TABLE accounts_usageday
            DROP CONSTRAINT accounts_usageday_pkey,
            ADD PRIMARY KEY (account_id, day, feature_id, actor, learned_on);
    END IF;
END $$;
"""
USERS = """
ALTER TABLE accounts_usermonth ADD COLUMN actor smallint NOT NULL DEFAULT 0 CHECK (actor >= 0);
ALTER TABLE accounts_usermonth
    DROP CONSTRAINT accounts_usermonth_pkey,
    ADD PRIMARY KEY (account_id, month, user_key, actor);
"""


def actor() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        choices=[(0, "Person"), (1, "Service"), (2, "Agent")],
        db_default=0,
        help_text="Who used it; a person where nobody says.",
    )


def key(*columns: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(
        *columns, blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_contract_subscription")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(USAGE, migrations.RunSQL.noop)],
            [
                migrations.AddField("usageday", "actor", actor()),
                migrations.AlterField("usageday", "pk", key("account_id", "day", "feature_id", "actor", "learned_on")),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(USERS, migrations.RunSQL.noop)],
            [
                migrations.AddField("usermonth", "actor", actor()),
                migrations.AlterField("usermonth", "pk", key("account_id", "month", "user_key", "actor")),
            ],
        ),
    ]
