"""A contract names the one it renews by its external id: the quarter of that one is taken again."""

from django.db import migrations

NOTES = """
CREATE OR REPLACE FUNCTION metrics_note_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO metrics_factchange (source, day)
    SELECT 'contracts', date_trunc('quarter', c.ends_on)::date
    FROM changed c WHERE c.ends_on IS NOT NULL
    UNION
    SELECT 'contracts', c.closed_on FROM changed c WHERE c.closed_on IS NOT NULL
    UNION
    SELECT 'contracts', date_trunc('quarter', p.ends_on)::date
    FROM changed c
    JOIN accounts_contract p ON p.account_id = c.account_id AND p.external_id = c.renews
    WHERE p.ends_on IS NOT NULL;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_contracts_renew_by_name"),
        ("metrics", "0006_note_open_ended_contracts"),
    ]

    operations = [migrations.RunSQL(NOTES, migrations.RunSQL.noop)]
