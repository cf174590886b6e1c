import datetime

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
from django.db import migrations, models

# Keys could be made for ten years. What is longer ends a year after it was made: create a new key
# for a client whose key is older than that before the upgrade.
SHORTEN = """
    UPDATE accounts_apikey SET expires_at = created_at + interval '8760 hours'
    WHERE expires_at - created_at > interval '365 days'
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_one_index_a_prefix")]

    operations = [
        migrations.RunSQL(SHORTEN, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="apikey",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                help_text="The key that was rolled into this one.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="replaced_by",
                to="accounts.apikey",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.expressions.CombinedExpression(
                        models.F("expires_at"), "-", models.F("created_at")
                    ),
                    datetime.timedelta(days=365),
                ),
                name="api_key_lives_a_year_at_most",
            ),
        ),
    ]
