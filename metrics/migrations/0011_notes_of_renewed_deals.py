"""What renews a contract may name its deal: the quarter of that one is taken again, too."""

from django.db import migrations

NOTES = """
CREATE OR REPLACE FUNCTION metrics_note_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO metrics_factchange (source, day)
    SELECT 'contracts', date_trunc('quarter', days.day::timestamp)::date
    FROM (
        SELECT c.starts_on AS day FROM changed c UNION SELECT c.ends_on FROM changed c
        UNION SELECT c.cancelled_on FROM changed c UNION SELECT c.renewal_on FROM changed c
        UNION SELECT p.ends_on FROM changed c
        JOIN accounts_contract p
            ON p.account_id = c.account_id AND c.renews IN (p.external_id, p.deal)
        WHERE c.renews <> ''
    ) days WHERE days.day IS NOT NULL
    UNION
    SELECT 'contracts', quarters.day::date
    FROM changed c CROSS JOIN LATERAL generate_series(
        date_trunc('quarter', c.starts_on::timestamp), c.ends_on::timestamp, interval '3 months'
    ) AS quarters (day) WHERE c.ends_on < c.starts_on + interval '7 months'
    UNION
    SELECT 'contracts', c.closed_on FROM changed c WHERE c.closed_on IS NOT NULL
    UNION
    SELECT 'open_ended', c.starts_on
    FROM changed c WHERE c.ends_on IS NULL OR c.auto_renew;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0035_contract_deals"),
        ("metrics", "0010_notes_of_distinct_days"),
    ]

    # Backwards it stays: it notes the same.
    operations = [migrations.RunSQL(NOTES, migrations.RunSQL.noop)]
