import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cs_platform', '0004_operations'),
    ]

    operations = [
        migrations.AddField(
            model_name='preview',
            name='at_risk_after',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=2),
        ),
        migrations.AddField(
            model_name='preview',
            name='at_risk_before',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, help_text='Accounts and ARR, as they count.', size=2),
        ),
        # Computed without these figures; whoever opens the page is given a new one. Last, because a
        # table with rows deleted in the transaction cannot be altered.
        migrations.RunSQL(
            [
                "DELETE FROM cs_platform_previewcell",
                "DELETE FROM cs_platform_previewmover",
                "DELETE FROM cs_platform_previewplay",
                "DELETE FROM cs_platform_preview",
            ],
            migrations.RunSQL.noop,
        ),
    ]
