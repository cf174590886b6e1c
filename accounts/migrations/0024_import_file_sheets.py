import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0023_source_mapping")]

    operations = [
        migrations.AddField(
            model_name="importfile",
            name="sheets",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="Of a workbook, with data.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="importfile",
            name="sheet",
            field=models.CharField(blank=True, default="", help_text="That is read.", max_length=100),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="importfile",
            name="heading",
            field=models.PositiveIntegerField(
                blank=True, help_text="Number of the row that names the columns.", null=True
            ),
        ),
    ]
