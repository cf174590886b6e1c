"""Concurrently: work goes on while an upgrade builds it."""

from django.db import migrations, models

from accounts.database import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("playbooks", "0003_task_audit")]

    operations = [
        AddIndexOnline(
            model_name="play",
            index=models.Index(
                models.F("closed_at"),
                condition=models.Q(("outcome", "recovered")),
                name="play_recovered",
            ),
        ),
    ]
