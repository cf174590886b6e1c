import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
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
        ('metrics', '0005_no_newest_account'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='RenewalChanceAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('lower', models.DecimalField(blank=True, decimal_places=2, help_text='Inclusive, up to the next row. Empty: accounts without a score.', max_digits=5, null=True, verbose_name='score from')),
                ('chance', models.DecimalField(decimal_places=4, help_text='0.85 is 85 %.', max_digits=5, verbose_name='probability')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RetentionTargetAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('rate', models.CharField(choices=[('nrr', 'Nrr'), ('grr', 'Grr'), ('logo', 'Logo')], max_length=4)),
                ('segment', models.CharField(blank=True, help_text='Empty: all accounts.', max_length=10)),
                ('low', models.DecimalField(decimal_places=4, help_text='A rate: 1.15 is 115 %.', max_digits=5)),
                ('high', models.DecimalField(decimal_places=4, max_digits=5)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='renewalchance',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "metrics_renewalchanceaudit" ("chance", "id", "lower", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."chance", NEW."id", NEW."lower", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='e4177042358160d04433a670e6d904c9c902ac79', operation='INSERT', pgid='pgtrigger_insert_insert_cc1ca', table='metrics_renewalchance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='renewalchance',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "metrics_renewalchanceaudit" ("chance", "id", "lower", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."chance", NEW."id", NEW."lower", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='3eab54c3f2cb78c5160a9466ee39e2f57efbd91a', operation='UPDATE', pgid='pgtrigger_update_update_f94a7', table='metrics_renewalchance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='renewalchance',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "metrics_renewalchanceaudit" ("chance", "id", "lower", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."chance", OLD."id", OLD."lower", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='7e8089e4723378fa434de72bf3abb8c2a33e446b', operation='DELETE', pgid='pgtrigger_delete_delete_04a22', table='metrics_renewalchance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentiontarget',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "metrics_retentiontargetaudit" ("high", "id", "low", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "segment") VALUES (NEW."high", NEW."id", NEW."low", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rate", NEW."segment"); RETURN NULL;', hash='e0d574d79d82aeb8222573f21755a9020917a0ab', operation='INSERT', pgid='pgtrigger_insert_insert_88b6c', table='metrics_retentiontarget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentiontarget',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "metrics_retentiontargetaudit" ("high", "id", "low", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "segment") VALUES (NEW."high", NEW."id", NEW."low", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rate", NEW."segment"); RETURN NULL;', hash='8b8af26bf64b41fea81e48b3e72bba8314cf575e', operation='UPDATE', pgid='pgtrigger_update_update_e08f5', table='metrics_retentiontarget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentiontarget',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "metrics_retentiontargetaudit" ("high", "id", "low", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "segment") VALUES (OLD."high", OLD."id", OLD."low", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rate", OLD."segment"); RETURN NULL;', hash='b82d733c4dce2a2313775b94caf297bd741cc72b', operation='DELETE', pgid='pgtrigger_delete_delete_d844c', table='metrics_retentiontarget', when='AFTER')),
        ),
        migrations.AddField(
            model_name='renewalchanceaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='renewalchanceaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='metrics.renewalchance'),
        ),
        migrations.AddField(
            model_name='retentiontargetaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='retentiontargetaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='metrics.retentiontarget'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='renewalchanceaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4aa3d193a002fbcc42c9ed6469a78bbd166f8377', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_cd9b3', table='metrics_renewalchanceaudit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentiontargetaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fde426aac1b1ef09480024c267593958363052d8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bfc44', table='metrics_retentiontargetaudit', when='BEFORE')),
        ),
        standing("metrics_renewalchance", "lower", "chance"),
        standing("metrics_retentiontarget", "rate", "segment", "low", "high"),
    ]
