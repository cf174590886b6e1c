"""The targets the platform starts with; CS ops changes them in the admin."""

from decimal import Decimal

from django.db import migrations

TARGETS = [
    ("nrr", "enterprise", "1.15", "1.30"),
    ("nrr", "mid_market", "1.05", "1.15"),
    ("nrr", "smb", "0.95", "1.05"),
    ("grr", "", "0.90", "0.95"),
    ("logo", "", "0.90", "0.92"),
]


def add_targets(apps, schema_editor):
    target = apps.get_model("metrics", "RetentionTarget")
    target.objects.bulk_create(
        target(rate=rate, segment=segment, low=Decimal(low), high=Decimal(high))
        for rate, segment, low, high in TARGETS
    )


def remove_targets(apps, schema_editor):
    apps.get_model("metrics", "RetentionTarget").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial")]
    operations = [migrations.RunPython(add_targets, remove_targets)]
