"""Answers that are given here have a source of their own: nothing is imported into it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_surveys_and_answers")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO accounts_source (key, name, kind)"
            " VALUES ('surveys', 'Surveys', 'internal') ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
