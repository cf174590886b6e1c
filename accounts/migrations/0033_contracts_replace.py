from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0032_erased_users'),
    ]

    operations = [
        migrations.AddField(
            model_name='contract',
            name='replaces_earlier',
            field=models.BooleanField(blank=True, help_text='Whether it takes the place of contracts of the same line that run when it starts (yes), or counts beside them (no). Empty: nobody has said.', null=True),
        ),
    ]
