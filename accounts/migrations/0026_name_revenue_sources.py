"""Where the revenue of an installation comes from, as it was counted so far: an account with given
movements by those, another one by its contracts. What most of them do is the installation's."""

from django.db import migrations

GIVEN = "(SELECT account_id FROM accounts_revenuemovement WHERE source_id <> 'contracts')"
NAME = f"""
INSERT INTO accounts_source (key, name, kind)
VALUES ('revenue-source', 'Change of the revenue source', 'internal') ON CONFLICT DO NOTHING;
UPDATE accounts_installation SET revenue_source = counted.source FROM (
    SELECT CASE
        WHEN count(*) = 0 THEN ''
        WHEN 2 * count(*) FILTER (WHERE is_given) > count(*) THEN 'movements'
        ELSE 'contracts' END AS source
    FROM (
        SELECT account_id, bool_or(is_given) AS is_given FROM (
            SELECT account_id, true AS is_given FROM {GIVEN} given
            UNION SELECT account_id, false FROM accounts_contract) paying
        GROUP BY account_id) accounts) counted;
UPDATE accounts_account a
SET revenue_source = 'movements',
    revenue_source_reason = 'Movements were sent for it before the source was named.'
WHERE id IN {GIVEN} AND (SELECT revenue_source FROM accounts_installation) = 'contracts';
UPDATE accounts_account a
SET revenue_source = 'contracts',
    revenue_source_reason = 'Only contracts were sent for it before the source was named.'
WHERE id IN (SELECT account_id FROM accounts_contract) AND id NOT IN {GIVEN}
    AND (SELECT revenue_source FROM accounts_installation) = 'movements';
"""
# The rules of who takes over from a contract changed: `prepare` derives these, and says what it did.
DERIVE = """
INSERT INTO accounts_ledgerdue (account_id, position)
SELECT DISTINCT account_id, 0 FROM accounts_contract;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0025_revenue_sources"),
    ]

    operations = [
        migrations.RunSQL(NAME, migrations.RunSQL.noop),
        migrations.RunSQL(DERIVE, migrations.RunSQL.noop),
    ]
