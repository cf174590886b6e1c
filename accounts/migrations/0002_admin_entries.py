"""The log of Django admin as our own, so that it is append-only: it refers to our people, hence
not part of the first migration.
"""

import django.contrib.admin.models
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.CreateModel(
            name='AdminEntry',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('admin.logentry',),
            managers=[
                ('objects', django.contrib.admin.models.LogEntryManager()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adminentry',
            trigger=pgtrigger.compiler.Trigger(name='admin_entries_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='12ab1d00fa9847a5eab339efd6f1f1edeadfbb0e', operation='UPDATE OR DELETE', pgid='pgtrigger_admin_entries_are_append_only_1a88e', table='django_admin_log', when='BEFORE')),
        ),
    ]
