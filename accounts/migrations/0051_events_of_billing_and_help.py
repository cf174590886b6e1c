"""Kinds of events that billing, the help centre and the product send. One that came with a record
before stays as it is."""

from django.db import migrations

STARTING = """
INSERT INTO accounts_businesseventkind (key, name, meaning, tone, is_on_chart, met_in_data) VALUES
    ('usage_milestone', 'Usage milestone', '', 'good', false, false),
    ('help_article_read', 'Help article read', '', '', false, false),
    ('payment_failed', 'Payment failed', '', 'bad', false, false),
    ('card_expiring', 'Card expiring', '', '', false, false)
ON CONFLICT (key) DO NOTHING;
"""


class Migration(migrations.Migration):

    dependencies = [("accounts", "0050_arr_of_the_next_renewal")]

    operations = [migrations.RunSQL(STARTING, migrations.RunSQL.noop)]
