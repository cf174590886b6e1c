import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0027_when_facts_were_learned")]

    operations = [
        migrations.CreateModel(
            name="AccountId",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.CharField(max_length=64)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="further_ids",
                        to="accounts.account",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_ids",
                        to="accounts.source",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint("source", "value", name="account_id_once_a_source")
                ],
            },
        ),
    ]
