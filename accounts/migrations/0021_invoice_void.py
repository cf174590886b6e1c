from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_ledger_dues")]

    operations = [
        migrations.AlterField(
            model_name="invoice",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("paid", "Paid"),
                    ("late", "Late"),
                    ("failed", "Failed"),
                    ("written_off", "Written off"),
                    ("void", "Void"),
                ],
                default="open",
                max_length=11,
            ),
        )
    ]
