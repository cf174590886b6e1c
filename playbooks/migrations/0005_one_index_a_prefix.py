"""`play_of_account` begins with the account."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_one_index_a_prefix"),
        ("playbooks", "0004_recovered_plays"),
    ]

    operations = [
        migrations.AlterField(
            model_name="play",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="plays",
                to="accounts.account",
            ),
        ),
    ]
