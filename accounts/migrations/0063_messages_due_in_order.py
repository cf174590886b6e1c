"""Messages that are due at one moment are found in the order in which they are taken."""

from django.db import migrations, models

_WAITING = models.Q(("state__in", ("new", "leased")))
_FIRST = models.Q(("priority__lte", 5), ("state__in", ("new", "leased")))


class Migration(migrations.Migration):

    dependencies = [("accounts", "0062_causes_of_movements")]

    operations = [
        migrations.RemoveIndex(model_name="outboxmessage", name="outbox_due"),
        migrations.RemoveIndex(model_name="outboxmessage", name="outbox_due_first"),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                models.F("next_at"), models.F("id"), condition=_WAITING, name="outbox_due"
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                models.F("next_at"), models.F("id"), condition=_FIRST, name="outbox_due_first"
            ),
        ),
    ]
