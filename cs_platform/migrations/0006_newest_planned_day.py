"""The newest planned day, without reading every step of every night."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cs_platform", "0005_preview_at_risk"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="steprun",
            index=models.Index(models.F("day"), name="step_day"),
        ),
    ]
