"""The targets and probabilities the platform starts with; CS ops changes them in the admin."""

from decimal import Decimal

from django.db import migrations

from metrics.retention.forecast import STARTING_CHANCES

TARGETS = [
    ("nrr", "enterprise", "1.15", "1.30"),
    ("nrr", "mid_market", "1.05", "1.15"),
    ("nrr", "smb", "0.95", "1.05"),
    ("grr", "", "0.90", "0.95"),
    ("logo", "", "0.90", "0.92"),
]


def add_rows(apps, schema_editor):
    target = apps.get_model("metrics", "RetentionTarget")
    target.objects.bulk_create(
        target(rate=rate, segment=segment, low=Decimal(low), high=Decimal(high))
        for rate, segment, low, high in TARGETS
    )
    chance = apps.get_model("metrics", "RenewalChance")
    chance.objects.bulk_create(
        chance(lower=lower, chance=probability) for lower, probability in STARTING_CHANCES
    )


class Migration(migrations.Migration):
    dependencies = [("metrics", "0002_fact_changes")]

    # Backwards the tables go, and their rows with them.
    operations = [migrations.RunPython(add_rows, migrations.RunPython.noop)]
