from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_requests_of_a_key")]

    operations = [
        migrations.RenameField("importfile", "manner", "mapping"),
        migrations.RenameField("importmapping", "manner", "mapping"),
    ]
