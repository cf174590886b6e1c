"""The grace of a deal is that of the whole contract: `prepare` derives such accounts again."""

from django.db import migrations

DERIVE = """
INSERT INTO accounts_ledgerdue (account_id, position)
SELECT DISTINCT account_id, 0 FROM accounts_contract WHERE deal <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0043_outreach")]

    operations = [migrations.RunSQL(DERIVE, migrations.RunSQL.noop)]
