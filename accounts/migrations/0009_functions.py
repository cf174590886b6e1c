"""The functions that a new installation has, in the order of an account's page."""

from django.db import migrations

ROWS = """
INSERT INTO accounts_function (key, name, position, is_active) VALUES
    ('onboarding_specialist', 'Onboarding specialist', 10, true),
    ('renewals_manager', 'Renewals manager', 20, true),
    ('account_executive', 'Account executive', 30, true),
    ('executive_sponsor', 'Executive sponsor', 40, true),
    ('support_lead', 'Support lead', 50, true),
    ('save_team', 'Save specialist', 60, true),
    ('finance', 'Finance', 70, true),
    ('legal', 'Legal', 80, true);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_account_teams")]

    # Backwards the table goes, and its rows with it.
    operations = [migrations.RunSQL(ROWS, migrations.RunSQL.noop)]
