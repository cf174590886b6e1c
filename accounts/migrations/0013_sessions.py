"""Group sessions and who came to them, and two kinds that only they have."""

import accounts.database
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KINDS = """
INSERT INTO accounts_interactionkind (key, name, icon, is_conversation, met_in_data)
VALUES ('webinar', 'Webinar', 'users', false, false),
    ('office_hours', 'Office hours', 'users', false, false)
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0012_sizes_as_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name='GroupSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=64, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9._~-]{1,64}$', 'Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.')])),
                ('starts_at', models.DateTimeField()),
                ('minutes', models.PositiveIntegerField(blank=True, help_text='How long it was.', null=True)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('is_commercial', models.BooleanField(default=False, help_text='Business outcomes, ROI, growth plans or roadmap were talked about.')),
                ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='group_sessions', to=settings.AUTH_USER_MODEL)),
                ('kind', models.ForeignKey(db_column='kind', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.interactionkind')),
            ],
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attended', models.BooleanField(default=True, help_text='False: signed up and did not come.')),
                ('minutes', models.PositiveIntegerField(blank=True, help_text='How long they stayed.', null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='accounts.account')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='accounts.contact')),
                ('session', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='accounts.groupsession')),
            ],
        ),
        accounts.database.ChangesAtOnce(operations=[
            migrations.AddIndex(
                model_name='groupsession',
                index=models.Index(models.F('starts_at'), name='group_session_at'),
            ),
            migrations.AddIndex(
                model_name='attendance',
                index=models.Index(models.F('account'), models.F('session'), name='attendance_account'),
            ),
            migrations.AddConstraint(
                model_name='attendance',
                constraint=models.UniqueConstraint(models.F('session'), models.F('contact'), name='attendance_once_a_person'),
            ),
            migrations.RunSQL(KINDS, migrations.RunSQL.noop),
        ]),
    ]
