import accounts.models.installation
import django.contrib.admin.models
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# The state from which the first change departs: without it that change would have no before.
STANDING = """
    INSERT INTO {table}audit ({columns}, pgh_obj_id, pgh_created_at, pgh_label)
    SELECT {columns}, id, now(), 'standing' FROM {table}
"""


def standing(table: str, *columns: str) -> migrations.RunSQL:
    statement = STANDING.format(table=table, columns=", ".join(("id", *columns)))
    return migrations.RunSQL(statement, migrations.RunSQL.noop)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_admin_names'),
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='CurrencyRateAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3, validators=[accounts.models.installation.validate_currency])),
                ('base', models.CharField(max_length=3, validators=[accounts.models.installation.validate_currency])),
                ('valid_from', models.DateField()),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FeatureAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.IntegerField()),
                ('key', models.SlugField(db_index=False, max_length=80)),
                ('name', models.CharField(max_length=120)),
                ('is_core', models.BooleanField(default=False)),
                ('plans', django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(max_length=40), blank=True, default=list, help_text='Keys of the plans it belongs to. Empty: all of them.', size=None)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HolidayAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('name', models.CharField(max_length=80)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.SlugField(db_index=False, max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('first_value_days', models.PositiveSmallIntegerField(default=30, help_text="Days from the contract's start to the first value moment: the target.")),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PoolAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('rule', models.CharField(choices=[('region', 'By region'), ('industry', 'By industry'), ('round_robin', 'Round robin by load')], default='round_robin', max_length=11)),
                ('values', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, help_text='The regions or industries this pool takes.', size=None)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PoolMemberAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TeamAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TeamManagerAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
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
        migrations.CreateModel(
            name='AuditContext',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('pghistory.context',),
        ),
        migrations.CreateModel(
            name='PoolMember',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.pool_members',),
        ),
        migrations.CreateModel(
            name='TeamManager',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.team_managers',),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='currencyrate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_currencyrateaudit" ("base", "currency", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "valid_from") VALUES (NEW."base", NEW."currency", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rate", NEW."valid_from"); RETURN NULL;', hash='ded7e57e7f906c1e5c1f106d4a56cfd33c90975e', operation='INSERT', pgid='pgtrigger_insert_insert_157d8', table='accounts_currencyrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='currencyrate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_currencyrateaudit" ("base", "currency", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "valid_from") VALUES (NEW."base", NEW."currency", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rate", NEW."valid_from"); RETURN NULL;', hash='0eec9033767e1a9f49d43984ce517159af20faf7', operation='UPDATE', pgid='pgtrigger_update_update_40d9d', table='accounts_currencyrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='currencyrate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_currencyrateaudit" ("base", "currency", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "valid_from") VALUES (OLD."base", OLD."currency", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rate", OLD."valid_from"); RETURN NULL;', hash='649a412556c8c0571c8a40d3bd39a3b5647bc167', operation='DELETE', pgid='pgtrigger_delete_delete_40434', table='accounts_currencyrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feature',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_featureaudit" ("id", "is_core", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plans", "valid_from", "valid_to") VALUES (NEW."id", NEW."is_core", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plans", NEW."valid_from", NEW."valid_to"); RETURN NULL;', hash='f975be48bd00756d3b8354a7d03bf2169d97e705', operation='INSERT', pgid='pgtrigger_insert_insert_b7333', table='accounts_feature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feature',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_featureaudit" ("id", "is_core", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plans", "valid_from", "valid_to") VALUES (NEW."id", NEW."is_core", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plans", NEW."valid_from", NEW."valid_to"); RETURN NULL;', hash='1ce11f97e83d73511e69497239adf1032e07b12e', operation='UPDATE', pgid='pgtrigger_update_update_c7084', table='accounts_feature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='feature',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_featureaudit" ("id", "is_core", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plans", "valid_from", "valid_to") VALUES (OLD."id", OLD."is_core", OLD."key", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plans", OLD."valid_from", OLD."valid_to"); RETURN NULL;', hash='f0a077231cb98d6781e8452c4b594f4b6232121a', operation='DELETE', pgid='pgtrigger_delete_delete_e154d', table='accounts_feature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='holiday',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_holidayaudit" ("day", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."day", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='676d1998ce7917fb531bd93b25d1bda597e262ff', operation='INSERT', pgid='pgtrigger_insert_insert_7f8bc', table='accounts_holiday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='holiday',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_holidayaudit" ("day", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."day", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='45982054e58208abdd3c7c19fdc72b7362ae9ae1', operation='UPDATE', pgid='pgtrigger_update_update_bbcf7', table='accounts_holiday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='holiday',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_holidayaudit" ("day", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."day", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='8ae5d7ada5f6821d3b894971f87c940dc449be2e', operation='DELETE', pgid='pgtrigger_delete_delete_4a253', table='accounts_holiday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='installation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_installationaudit" ("as_of", "currency", "id", "is_demo", "name", "overdue_grace_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "visibility") VALUES (NEW."as_of", NEW."currency", NEW."id", NEW."is_demo", NEW."name", NEW."overdue_grace_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."time_zone", NEW."visibility"); RETURN NULL;', hash='e6f51f7b47799d71b344e9bb2f9c32f744f2c4df', operation='INSERT', pgid='pgtrigger_insert_insert_63df1', table='accounts_installation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_planaudit" ("first_value_days", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."first_value_days", NEW."id", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='15f3df0301850b9e6693ed06149d560d50fd4b98', operation='INSERT', pgid='pgtrigger_insert_insert_6cf77', table='accounts_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_planaudit" ("first_value_days", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."first_value_days", NEW."id", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='f2d8325c1a12817598ef268fa21c7d7bf5e8b553', operation='UPDATE', pgid='pgtrigger_update_update_00de9', table='accounts_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_planaudit" ("first_value_days", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."first_value_days", OLD."id", OLD."key", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='6eef680fa1d02d08a935cb95b53cb7eaeddbafa4', operation='DELETE', pgid='pgtrigger_delete_delete_ca3bd', table='accounts_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pool',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_poolaudit" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "values") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rule", NEW."values"); RETURN NULL;', hash='dca6e42b91a1c793fac53434eb8002c48fe8a1b3', operation='INSERT', pgid='pgtrigger_insert_insert_e4225', table='accounts_pool', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pool',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_poolaudit" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "values") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rule", NEW."values"); RETURN NULL;', hash='57cbc42595adf968e4b9b1c7e7517be34876fa54', operation='UPDATE', pgid='pgtrigger_update_update_85da0', table='accounts_pool', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pool',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_poolaudit" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "values") VALUES (OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rule", OLD."values"); RETURN NULL;', hash='9c6e9fc62caeb596fe3dd9367fefc8292216e655', operation='DELETE', pgid='pgtrigger_delete_delete_27246', table='accounts_pool', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_teamaudit" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='3fb15012587a018e988727afac0b2b750bdcc9bc', operation='INSERT', pgid='pgtrigger_insert_insert_71b40', table='accounts_team', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_teamaudit" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='17409815e912e2a072890558e1f3566b878a999b', operation='UPDATE', pgid='pgtrigger_update_update_529da', table='accounts_team', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_teamaudit" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='d210da463aea0adc5e82e1a83975aec0fbb2c7d0', operation='DELETE', pgid='pgtrigger_delete_delete_5bd04', table='accounts_team', when='AFTER')),
        ),
        migrations.AddField(
            model_name='currencyrateaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='currencyrateaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.currencyrate'),
        ),
        migrations.AddField(
            model_name='featureaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='featureaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.feature'),
        ),
        migrations.AddField(
            model_name='holidayaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='holidayaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.holiday'),
        ),
        migrations.AddField(
            model_name='planaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='planaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.plan'),
        ),
        migrations.AddField(
            model_name='poolaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='poolaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.pool'),
        ),
        migrations.AddField(
            model_name='poolmemberaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='poolmemberaudit',
            name='pool',
            field=models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.pool'),
        ),
        migrations.AddField(
            model_name='poolmemberaudit',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='teamaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='teamaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='teammanageraudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='teammanageraudit',
            name='team',
            field=models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='teammanageraudit',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adminentry',
            trigger=pgtrigger.compiler.Trigger(name='admin_entries_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='12ab1d00fa9847a5eab339efd6f1f1edeadfbb0e', operation='UPDATE OR DELETE', pgid='pgtrigger_admin_entries_are_append_only_1a88e', table='django_admin_log', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditcontext',
            trigger=pgtrigger.compiler.Trigger(name='contexts_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='fd805a29f44ce197138449c2387dcc7744e9d393', operation='DELETE', pgid='pgtrigger_contexts_are_kept_8411f', table='pghistory_context', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditcontext',
            trigger=pgtrigger.compiler.Trigger(name='contexts_are_written_at_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.created_at IS DISTINCT FROM transaction_timestamp())', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='8f1a656a1bc7848008c155cdb05d675559730f3c', operation='UPDATE', pgid='pgtrigger_contexts_are_written_at_once_193b9', table='pghistory_context', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='poolmember',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_poolmemberaudit" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pool_id", "user_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."pool_id", NEW."user_id"); RETURN NULL;', hash='7e21ece3f71578a6aad8d433cccda6c6656f0147', operation='INSERT', pgid='pgtrigger_insert_insert_34f4a', table='accounts_pool_members', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='poolmember',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_poolmemberaudit" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pool_id", "user_id") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."pool_id", OLD."user_id"); RETURN NULL;', hash='96022bbafb61c8e62800465c9a7a0108934b42cd', operation='DELETE', pgid='pgtrigger_delete_delete_cb486', table='accounts_pool_members', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammanager',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_teammanageraudit" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "team_id", "user_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."team_id", NEW."user_id"); RETURN NULL;', hash='401f3a95ea3d017cb1c6cac713130b3f03cd2d93', operation='INSERT', pgid='pgtrigger_insert_insert_01a37', table='accounts_team_managers', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammanager',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_teammanageraudit" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "team_id", "user_id") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."team_id", OLD."user_id"); RETURN NULL;', hash='3cfa5a2fa49597ad088422a68f0ddada01e2a061', operation='DELETE', pgid='pgtrigger_delete_delete_6f711', table='accounts_team_managers', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='currencyrateaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='317c6dfee7a842160d956e1a6498b2d6715badea', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_84124', table='accounts_currencyrateaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='featureaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1f369fc32ec44dd51663d6ab31981c6b260e494e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_26d28', table='accounts_featureaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='holidayaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='72fe722c35ad906832dbfc0043d7bacb6dc9c638', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b8789', table='accounts_holidayaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9ea6133d37f502be6067be9f71f5ef0b0976ba6f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9d8c8', table='accounts_planaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='poolaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='806f025a11e7f081087d05ecb091b04f24f42695', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_55848', table='accounts_poolaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='poolmemberaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fe121bce7b8bb5fac1babeeb5d1a4218aa88d7c6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0cd9b', table='accounts_poolmemberaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teamaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5ddf96cfa91b4b4ac2342948c23ee54d11407d71', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b6585', table='accounts_teamaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammanageraudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cd0cb580ad4894a5f81ae9da3bbf7055b72e5592', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_99048', table='accounts_teammanageraudit', when='BEFORE')),
        ),
        standing("accounts_currencyrate", "currency", "base", "valid_from", "rate"),
        standing(
            "accounts_feature", "key", "name", "is_core", "plans", "valid_from", "valid_to"
        ),
        standing("accounts_holiday", "day", "name"),
        standing(
            "accounts_installation",
            "name",
            "time_zone",
            "currency",
            "visibility",
            "as_of",
            "overdue_grace_days",
            "is_demo",
        ),
        standing("accounts_plan", "key", "name", "first_value_days"),
        standing("accounts_pool", "name", "rule", '"values"'),
        standing("accounts_team", "name"),
    ]
