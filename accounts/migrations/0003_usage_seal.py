from django.db import migrations, models

# What was learned since a day: of each month only the pages that were written since.
LEARNED = """
CREATE INDEX accounts_usageday_learned_on ON accounts_usageday
USING brin (learned_on) WITH (pages_per_range = 32, autosummarize = on)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_database")]

    operations = [
        migrations.CreateModel(
            name="UsageSeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sealed_until", models.DateField(null=True)),
                ("number", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_usage_seal")
                ],
            },
        ),
        migrations.RunSQL(LEARNED, "DROP INDEX accounts_usageday_learned_on"),
    ]
