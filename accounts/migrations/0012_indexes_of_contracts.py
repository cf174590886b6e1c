"""The contracts that were renewed or lost in a week, without reading all of them.

Concurrently: work goes on while an upgrade builds them.
"""

from django.db import migrations, models

from accounts.database import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0011_sources")]

    operations = [
        AddIndexOnline(
            model_name="contract",
            index=models.Index(
                models.F("closed_on"),
                condition=models.Q(("closed_on__isnull", False)),
                name="contract_closed",
            ),
        ),
    ]
