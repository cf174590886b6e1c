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
        ('accounts', '0010_settings_audit'),
        ('health', '0006_room_for_scores'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssignmentRuleAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveSmallIntegerField()),
                ('scorecard_key', models.SlugField(db_index=False, max_length=40)),
                ('stage', models.CharField(blank=True, choices=[('hand_off', 'Hand-off'), ('onboarding', 'Onboarding'), ('adoption', 'Adoption'), ('value', 'Value'), ('expansion', 'Expansion'), ('advocacy', 'Advocacy')], max_length=10)),
                ('touch_tier', models.CharField(blank=True, choices=[('high', 'High'), ('low', 'Low'), ('tech', 'Tech')], max_length=4)),
                ('segment', models.CharField(blank=True, choices=[('strategic', 'Strategic'), ('enterprise', 'Enterprise'), ('mid_market', 'Mid-market'), ('smb', 'SMB'), ('self_serve', 'Self-serve')], max_length=10)),
                ('minimum_arr', models.PositiveBigIntegerField(blank=True, help_text="Whole units of the installation's currency, inclusive.", null=True, verbose_name='minimum ARR')),
                ('note', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AlterField(
            model_name='assignmentrule',
            name='minimum_arr',
            field=models.PositiveBigIntegerField(blank=True, help_text="Whole units of the installation's currency, inclusive.", null=True, verbose_name='minimum ARR'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignmentrule',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "health_assignmentruleaudit" ("id", "minimum_arr", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "scorecard_key", "segment", "stage", "touch_tier") VALUES (NEW."id", NEW."minimum_arr", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."position", NEW."scorecard_key", NEW."segment", NEW."stage", NEW."touch_tier"); RETURN NULL;', hash='ed050b115bb620ae8ec19e9c5a7a43e5b6e0972a', operation='INSERT', pgid='pgtrigger_insert_insert_09701', table='health_assignmentrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignmentrule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "health_assignmentruleaudit" ("id", "minimum_arr", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "scorecard_key", "segment", "stage", "touch_tier") VALUES (NEW."id", NEW."minimum_arr", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."position", NEW."scorecard_key", NEW."segment", NEW."stage", NEW."touch_tier"); RETURN NULL;', hash='e9b9abb135a50e2b6865f9c085df01f1129d4454', operation='UPDATE', pgid='pgtrigger_update_update_4d0f7', table='health_assignmentrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignmentrule',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "health_assignmentruleaudit" ("id", "minimum_arr", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "scorecard_key", "segment", "stage", "touch_tier") VALUES (OLD."id", OLD."minimum_arr", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."position", OLD."scorecard_key", OLD."segment", OLD."stage", OLD."touch_tier"); RETURN NULL;', hash='129357b7b5171339bea60ce4006b2ba6e5bc2ca5', operation='DELETE', pgid='pgtrigger_delete_delete_5ce9d', table='health_assignmentrule', when='AFTER')),
        ),
        migrations.AddField(
            model_name='assignmentruleaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='assignmentruleaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='health.assignmentrule'),
        ),
        migrations.AddField(
            model_name='assignmentruleaudit',
            name='plan',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.plan'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignmentruleaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7adb4872d81fbe223758d91ff2725c2d05361082', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b6b60', table='health_assignmentruleaudit', when='BEFORE')),
        ),
        standing(
            "health_assignmentrule",
            "position",
            "scorecard_key",
            "stage",
            "touch_tier",
            "segment",
            "plan_id",
            "minimum_arr",
            "note",
        ),
    ]
