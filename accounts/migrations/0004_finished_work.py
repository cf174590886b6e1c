"""Lists of what was given up or done, without reading the whole of a table that keeps growing.

Concurrently: work goes on while an upgrade builds them.
"""

from django.db import migrations, models

from accounts.database import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0003_usage_seal")]

    operations = [
        AddIndexOnline(
            model_name="job",
            index=models.Index(
                models.F("state"),
                models.F("finished_at").desc(),
                models.F("id").desc(),
                condition=models.Q(("state__in", ("done", "dead"))),
                name="job_finished",
            ),
        ),
        AddIndexOnline(
            model_name="outboxmessage",
            index=models.Index(
                models.F("state"),
                models.F("id").desc(),
                condition=models.Q(("state__in", ("dead", "suppressed"))),
                name="outbox_kept_back",
            ),
        ),
    ]
