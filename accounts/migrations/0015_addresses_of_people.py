from django.db import migrations, models

# A person's address is User.email alone. The library's own list let people add others to it, and
# found them by these.
FORGET_OTHER_ADDRESSES = "DELETE FROM account_emailconfirmation; DELETE FROM account_emailaddress"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_key_lifetimes"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="to_address",
            field=models.EmailField(
                blank=True,
                default="",
                help_text="Sent there, instead of to the address the person has by then.",
                max_length=254,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FORGET_OTHER_ADDRESSES, migrations.RunSQL.noop),
    ]
