"""Renewals by account and line, decided by money; which days a contract touches is noted wider."""

import accounts.database
from django.db import migrations, models

# What is stored was computed by the rule before: the next night computes it anew.
FORGET = """
DELETE FROM metrics_reportday;
DELETE FROM metrics_accountday;
DELETE FROM metrics_contractday;
"""
# A renewal is decided in the quarter of its end, of the start of the term that replaces it or of
# its cancellation; a term of less than six months counts in each quarter it runs in.
NOTES = """
CREATE OR REPLACE FUNCTION metrics_note_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO metrics_factchange (source, day)
    SELECT 'contracts', date_trunc('quarter', days.day)::date
    FROM changed c CROSS JOIN LATERAL (
        VALUES (c.starts_on), (c.ends_on), (c.cancelled_on), (c.renewal_on)
    ) AS days (day) WHERE days.day IS NOT NULL
    UNION
    SELECT 'contracts', quarters.day::date
    FROM changed c CROSS JOIN LATERAL generate_series(
        date_trunc('quarter', c.starts_on::timestamp), c.ends_on::timestamp, interval '3 months'
    ) AS quarters (day) WHERE c.ends_on < c.starts_on + interval '7 months'
    UNION
    SELECT 'contracts', c.closed_on FROM changed c WHERE c.closed_on IS NOT NULL
    UNION
    SELECT 'open_ended', c.starts_on
    FROM changed c WHERE c.ends_on IS NULL OR c.auto_renew
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
        ("metrics", "0007_renewed_by_name"),
    ]

    operations = [
        accounts.database.ChangesAtOnce(operations=[
            migrations.RunSQL(FORGET, migrations.RunSQL.noop),
            migrations.AlterField(
                model_name="factchange",
                name="source",
                field=models.CharField(
                    choices=[
                        ("scores", "Scores of a closed day"),
                        ("overrides", "Overridden bands"),
                        ("contracts", "Contracts"),
                        ("open_ended", "Contracts without an end"),
                    ],
                    max_length=10,
                ),
            ),
            migrations.AlterField(
                model_name="factchange",
                name="day",
                field=models.DateField(
                    help_text="Of the scores; the first of an override or of a contract without an "
                "end; the first of each quarter a contract starts, runs short or ends in."
                ),
            ),
            migrations.AddField(
                model_name="contractday",
                name="line",
                field=models.CharField(
                    blank=True, default="", help_text="Subscription, else product.", max_length=80
                ),
                preserve_default=False,
            ),
            migrations.AddField(
                model_name="contractday",
                name="decides_on",
                field=models.DateField(help_text="The last day to give notice, or the end.", null=True),
            ),
            migrations.AddField(
                model_name="contractday",
                name="decided_on",
                field=models.DateField(null=True),
            ),
            migrations.AlterField(
                model_name="contractday",
                name="contract",
                field=models.CharField(help_text="External id of its first contract.", max_length=64),
            ),
            migrations.AlterField(
                model_name="contractday", name="ends_on", field=models.DateField(null=True)
            ),
            migrations.AlterField(
                model_name="contractday", name="state", field=models.CharField(max_length=18)
            ),
            migrations.RunSQL(NOTES, migrations.RunSQL.noop),
        ]),
    ]
