"""A contract without an end is in no quarter's list of renewals: nothing has to be taken again."""

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
    FROM changed c JOIN accounts_contract p ON p.id = c.renews_id WHERE p.ends_on IS NOT NULL;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_contract_terms_and_first_reply"),
        ("metrics", "0005_name_currencies_without_a_rate"),
    ]

    operations = [migrations.RunSQL(NOTES, migrations.RunSQL.noop)]
