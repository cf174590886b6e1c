"""Mail of a play that ends is found by its conversation also while a sender holds it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("accounts", "0060_languages_of_people")]

    operations = [
        migrations.RemoveIndex(model_name="outboxmessage", name="outbox_thread_waiting"),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                models.F("thread"),
                condition=models.Q(
                    ("state__in", ("held", "new", "leased")),
                    models.Q(("thread", ""), _negated=True),
                ),
                name="outbox_thread_unsent",
            ),
        ),
    ]
