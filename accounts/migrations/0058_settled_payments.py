"""A kind of event that billing sends: what was open is paid, or a new card is stored."""

from django.db import migrations

STARTING = """
INSERT INTO accounts_businesseventkind (key, name, meaning, tone, is_on_chart, met_in_data) VALUES
    ('payment_settled', 'Payment settled', '', 'good', false, false)
ON CONFLICT (key) DO NOTHING;
"""


class Migration(migrations.Migration):

    dependencies = [("accounts", "0057_messages_by_state")]

    operations = [migrations.RunSQL(STARTING, migrations.RunSQL.noop)]
