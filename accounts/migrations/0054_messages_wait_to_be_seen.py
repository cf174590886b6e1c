"""Messages for customers in the product counted as sent although nothing showed them."""

from django.db import migrations

_OF_CUSTOMERS = "m.channel = 'in_app' AND m.contact_id IS NOT NULL"
_LATE = "'too late to be useful'"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0053_messages_are_shown")]

    operations = [
        migrations.RunSQL(
            f"""
            DELETE FROM accounts_touch t USING accounts_outboxmessage m
            WHERE m.id = t.message_id AND m.state IN ('new', 'sent') AND {_OF_CUSTOMERS};
            UPDATE accounts_outboxmessage m SET
                state = CASE WHEN valid_until > now() THEN 'new' ELSE 'suppressed' END,
                reason = CASE WHEN valid_until > now() THEN 'shown when they look in the product'
                    ELSE {_LATE} END,
                sent_at = NULL, next_at = coalesce(valid_until, next_at)
            WHERE m.state IN ('new', 'sent') AND {_OF_CUSTOMERS};
            """,
            migrations.RunSQL.noop,
        )
    ]
