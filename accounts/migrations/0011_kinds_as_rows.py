"""Kinds of business events and of interactions become rows; those there have been are the first."""

import accounts.database
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

STARTING = """
INSERT INTO accounts_interactionkind (key, name, icon, is_conversation, met_in_data) VALUES
    ('call', 'Call', 'phone', true, false),
    ('email', 'E-mail', 'mail', true, false),
    ('meeting', 'Meeting', 'users', true, false),
    ('qbr', 'QBR', 'calendar-check', true, false),
    ('ebr', 'EBR', 'message-square', true, false),
    ('training', 'Training', 'message-square', true, false),
    ('onboarding', 'Onboarding', 'message-square', true, false),
    ('support', 'Support', 'message-square', false, false);

INSERT INTO accounts_businesseventkind (key, name, meaning, tone, is_on_chart, met_in_data) VALUES
    ('upsell_declined', 'Upsell declined', 'upsell_declined', '', false, false),
    ('renewal_pushback', 'Renewal pushback', 'renewal_pushback', 'bad', false, false),
    ('cancellation_notice', 'Cancellation notice', '', 'bad', true, false),
    ('competitor_mentioned', 'Competitor mentioned', '', '', false, false),
    ('champion_promoted', 'Champion promoted', '', 'good', false, false),
    ('champion_left', 'Champion left', '', 'bad', true, false),
    ('executive_sponsor_lost', 'Executive sponsor lost', '', 'bad', true, false),
    ('new_use_case', 'New use case', '', 'good', false, false),
    ('new_department', 'New department', '', 'good', false, false),
    ('first_value_moment', 'First value moment', 'first_value_moment', 'good', true, false),
    ('usage_limit_80', 'Usage at 80 % of the limit', '', '', false, false),
    ('expansion_conversation', 'Expansion conversation', 'expansion_conversation', '', false,
        false),
    ('incident', 'Incident', '', 'bad', true, false),
    ('reorganisation', 'Reorganisation', '', '', false, false),
    ('funding', 'Funding', '', '', false, false),
    ('merger', 'Merger', '', '', false, false);
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0010_ledger_corrections"),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='BusinessEventKind',
            fields=[
                ('key', models.SlugField(help_text='As sources write it, such as site_visit. It is never changed.', max_length=40, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('met_in_data', models.BooleanField(default=False, editable=False, help_text='Came with a record and was not described by anybody yet.')),
                ('meaning', models.CharField(blank=True, choices=[('upsell_declined', 'Upsell declined'), ('renewal_pushback', 'Renewal pushback'), ('expansion_conversation', 'Expansion conversation'), ('first_value_moment', 'First value moment')], help_text='What measures count it as. Empty: it is shown, and counts in none.', max_length=22)),
                ('tone', models.CharField(blank=True, choices=[('good', 'Good'), ('bad', 'Bad')], help_text='Good news, bad news or neither.', max_length=4)),
                ('is_on_chart', models.BooleanField(default=False, help_text="Marked on the chart of an account's health.", verbose_name='on the chart')),
            ],
            options={
                'verbose_name': 'kind of business event',
                'verbose_name_plural': 'kinds of business events',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BusinessEventKindAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('key', models.SlugField(db_index=False, help_text='As sources write it, such as site_visit. It is never changed.', max_length=40, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('met_in_data', models.BooleanField(default=False, editable=False, help_text='Came with a record and was not described by anybody yet.')),
                ('meaning', models.CharField(blank=True, choices=[('upsell_declined', 'Upsell declined'), ('renewal_pushback', 'Renewal pushback'), ('expansion_conversation', 'Expansion conversation'), ('first_value_moment', 'First value moment')], help_text='What measures count it as. Empty: it is shown, and counts in none.', max_length=22)),
                ('tone', models.CharField(blank=True, choices=[('good', 'Good'), ('bad', 'Bad')], help_text='Good news, bad news or neither.', max_length=4)),
                ('is_on_chart', models.BooleanField(default=False, help_text="Marked on the chart of an account's health.", verbose_name='on the chart')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InteractionKind',
            fields=[
                ('key', models.SlugField(help_text='As sources write it, such as site_visit. It is never changed.', max_length=40, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('met_in_data', models.BooleanField(default=False, editable=False, help_text='Came with a record and was not described by anybody yet.')),
                ('is_conversation', models.BooleanField(default=False, help_text='Somebody of ours spoke with the customer: it ends a silence, and measures of the relationship count it. Support does not.', verbose_name='a conversation')),
                ('icon', models.CharField(choices=[('phone', 'Telephone'), ('mail', 'Envelope'), ('users', 'People'), ('calendar-check', 'Calendar'), ('message-square', 'Speech bubble')], default='message-square', max_length=14)),
            ],
            options={
                'verbose_name': 'kind of interaction',
                'verbose_name_plural': 'kinds of interactions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InteractionKindAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('key', models.SlugField(db_index=False, help_text='As sources write it, such as site_visit. It is never changed.', max_length=40, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('met_in_data', models.BooleanField(default=False, editable=False, help_text='Came with a record and was not described by anybody yet.')),
                ('is_conversation', models.BooleanField(default=False, help_text='Somebody of ours spoke with the customer: it ends a silence, and measures of the relationship count it. Support does not.', verbose_name='a conversation')),
                ('icon', models.CharField(choices=[('phone', 'Telephone'), ('mail', 'Envelope'), ('users', 'People'), ('calendar-check', 'Calendar'), ('message-square', 'Speech bubble')], default='message-square', max_length=14)),
            ],
            options={
                'abstract': False,
            },
        ),
        accounts.database.ChangesAtOnce(operations=[
            pgtrigger.migrations.AddTrigger(
                model_name='businesseventkind',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_businesseventkindaudit" ("is_on_chart", "key", "meaning", "met_in_data", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tone") VALUES (NEW."is_on_chart", NEW."key", NEW."meaning", NEW."met_in_data", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."key", NEW."tone"); RETURN NULL;', hash='ef34d853d4648a592819e9e96e74d1e0a201f11c', operation='INSERT', pgid='pgtrigger_insert_insert_5c07d', table='accounts_businesseventkind', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='businesseventkind',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_businesseventkindaudit" ("is_on_chart", "key", "meaning", "met_in_data", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tone") VALUES (NEW."is_on_chart", NEW."key", NEW."meaning", NEW."met_in_data", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."key", NEW."tone"); RETURN NULL;', hash='9107d533706e629f2c959ffc0ef6caaf5c40f4d8', operation='UPDATE', pgid='pgtrigger_update_update_62334', table='accounts_businesseventkind', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='businesseventkind',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_businesseventkindaudit" ("is_on_chart", "key", "meaning", "met_in_data", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tone") VALUES (OLD."is_on_chart", OLD."key", OLD."meaning", OLD."met_in_data", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."key", OLD."tone"); RETURN NULL;', hash='a5a6fa0f0b017a42bb891543a3c12a168d210b6c', operation='DELETE', pgid='pgtrigger_delete_delete_7a2b1', table='accounts_businesseventkind', when='AFTER')),
            ),
            migrations.AddField(
                model_name='businesseventkindaudit',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='businesseventkindaudit',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.businesseventkind'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='interactionkind',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_interactionkindaudit" ("icon", "is_conversation", "key", "met_in_data", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."icon", NEW."is_conversation", NEW."key", NEW."met_in_data", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."key"); RETURN NULL;', hash='5c85f318cc0349d571953be54870d0593a5bd4fb', operation='INSERT', pgid='pgtrigger_insert_insert_4cef3', table='accounts_interactionkind', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='interactionkind',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_interactionkindaudit" ("icon", "is_conversation", "key", "met_in_data", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."icon", NEW."is_conversation", NEW."key", NEW."met_in_data", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."key"); RETURN NULL;', hash='5c4c10e30982791ee577dd90b2e94eb7a7be76ef', operation='UPDATE', pgid='pgtrigger_update_update_fa1eb', table='accounts_interactionkind', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='interactionkind',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_interactionkindaudit" ("icon", "is_conversation", "key", "met_in_data", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."icon", OLD."is_conversation", OLD."key", OLD."met_in_data", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."key"); RETURN NULL;', hash='bd0847ecdca19e5520927823bf8cbe512c6f1a0a', operation='DELETE', pgid='pgtrigger_delete_delete_185a9', table='accounts_interactionkind', when='AFTER')),
            ),
            migrations.AddField(
                model_name='interactionkindaudit',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='interactionkindaudit',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.interactionkind'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='businesseventkindaudit',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bd8bb043e5f7c66543149132d9a209eb08794baf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_27b48', table='accounts_businesseventkindaudit', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='interactionkindaudit',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c45290378df355c7072fb82af85c6c9038052f57', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d23fb', table='accounts_interactionkindaudit', when='BEFORE')),
            ),
            migrations.RunSQL(STARTING, migrations.RunSQL.noop),
            migrations.AlterField(
                model_name='businessevent',
                name='kind',
                field=models.ForeignKey(db_column='kind', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.businesseventkind'),
            ),
            migrations.AlterField(
                model_name='interaction',
                name='kind',
                field=models.ForeignKey(db_column='kind', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.interactionkind'),
            ),
        ]),
    ]
