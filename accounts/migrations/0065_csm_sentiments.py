"""How CSMs see their accounts, 1 to 5."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0064_since_when_tickets_are_answered'),
    ]

    operations = [
        migrations.CreateModel(
            name='CsmSentiment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('backfilled_at', models.DateTimeField(blank=True, editable=False, help_text='When a history was recorded that says when each fact was learned.', null=True)),
                ('learned_at', models.DateTimeField(blank=True, editable=False, help_text='Empty: from before this was kept.', null=True)),
                ('external_id', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9._~-]{1,64}$', 'Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.')])),
                ('said_at', models.DateTimeField()),
                ('value', models.PositiveSmallIntegerField(help_text='1 at risk … 5 strong.')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='csm_sentiments', to='accounts.account')),
                ('said_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='csm_sentiments', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(db_default='direct', db_index=False, default='direct', help_text='The system whose id the record carries.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.source')),
            ],
            options={
                'verbose_name': 'CSM sentiment',
                'verbose_name_plural': 'CSM sentiments',
                'indexes': [models.Index(models.F('account'), models.F('said_at'), name='csm_sentiment_account_at')],
                'constraints': [models.UniqueConstraint(models.F('external_id'), models.F('source'), name='csm_sentiment_once_a_source'), models.CheckConstraint(condition=models.Q(('value__range', (1, 5))), name='csm_sentiment_is_1_to_5')],
            },
        ),
    ]
