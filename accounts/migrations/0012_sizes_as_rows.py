"""Segments and touch tiers become rows, with bounds that hold from a day on."""

import accounts.database
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

STARTING = """
INSERT INTO accounts_segmentdefinition (key)
VALUES ('strategic'), ('enterprise'), ('mid_market'), ('smb'), ('self_serve');
INSERT INTO accounts_segmentbound (segment_id, valid_from, arr_from)
SELECT s.id, '1990-01-01', b.arr_from FROM (VALUES ('strategic', 500000), ('enterprise', 100000),
    ('mid_market', 25000), ('smb', 5000), ('self_serve', 0)) b (key, arr_from)
JOIN accounts_segmentdefinition s USING (key);

INSERT INTO accounts_touchtierdefinition (key) VALUES ('high'), ('low'), ('tech');
INSERT INTO accounts_touchtierbound (touch_tier_id, valid_from, score_from, arr_from)
SELECT t.id, '1990-01-01', b.score_from, b.arr_from
FROM (VALUES ('high', 75, NULL), ('low', 40, 100000), ('tech', 0, NULL))
    b (key, score_from, arr_from)
JOIN accounts_touchtierdefinition t USING (key);
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0011_kinds_as_rows"),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        accounts.database.ChangesAtOnce(operations=[
            migrations.CreateModel(
                name='SegmentBound',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_from', models.DateField(help_text='Holds from this day on, until a later bound.')),
                    ('arr_from', models.PositiveBigIntegerField(blank=True, help_text="Whole units of the installation's currency, inclusive. Empty: given to nobody.", null=True, verbose_name='ARR from')),
                ],
                options={
                    'verbose_name': 'bound',
                },
            ),
            migrations.CreateModel(
                name='SegmentDefinition',
                fields=[
                    ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                    ('key', models.SlugField(help_text='At most 10 letters, such as mid_market: shown in words, and never changed.', max_length=10, unique=True)),
                ],
                options={
                    'verbose_name': 'segment',
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='SegmentDefinitionAudit',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.IntegerField()),
                    ('key', models.SlugField(db_index=False, help_text='At most 10 letters, such as mid_market: shown in words, and never changed.', max_length=10)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='TouchTierBound',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_from', models.DateField(help_text='Holds from this day on, until a later bound.')),
                    ('score_from', models.PositiveSmallIntegerField(blank=True, help_text='0 to 100, inclusive. Empty: given to nobody.', null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='tier score from')),
                    ('arr_from', models.PositiveBigIntegerField(blank=True, help_text="ARR in whole units of the installation's currency from which an account is never served below this tier. Empty: the score alone decides.", null=True, verbose_name='never below it from')),
                ],
                options={
                    'verbose_name': 'bound',
                },
            ),
            migrations.CreateModel(
                name='TouchTierBoundAudit',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('valid_from', models.DateField(help_text='Holds from this day on, until a later bound.')),
                    ('score_from', models.PositiveSmallIntegerField(blank=True, help_text='0 to 100, inclusive. Empty: given to nobody.', null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='tier score from')),
                    ('arr_from', models.PositiveBigIntegerField(blank=True, help_text="ARR in whole units of the installation's currency from which an account is never served below this tier. Empty: the score alone decides.", null=True, verbose_name='never below it from')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='TouchTierDefinition',
                fields=[
                    ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                    ('key', models.SlugField(help_text='At most 10 letters, such as mid_market: shown in words, and never changed.', max_length=10, unique=True)),
                ],
                options={
                    'verbose_name': 'touch tier',
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='TouchTierDefinitionAudit',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.IntegerField()),
                    ('key', models.SlugField(db_index=False, help_text='At most 10 letters, such as mid_market: shown in words, and never changed.', max_length=10)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AlterField(
                model_name='account',
                name='segment',
                field=models.CharField(default='self_serve', editable=False, max_length=10),
            ),
            migrations.AlterField(
                model_name='account',
                name='segment_override',
                field=models.CharField(blank=True, max_length=10),
            ),
            migrations.AlterField(
                model_name='account',
                name='tier_pending',
                field=models.CharField(blank=True, editable=False, max_length=10),
            ),
            migrations.AlterField(
                model_name='account',
                name='touch_tier',
                field=models.CharField(default='tech', editable=False, max_length=10),
            ),
            migrations.AlterField(
                model_name='account',
                name='touch_tier_override',
                field=models.CharField(blank=True, max_length=10),
            ),
            migrations.AlterField(
                model_name='accountaudit',
                name='segment',
                field=models.CharField(default='self_serve', editable=False, max_length=10),
            ),
            migrations.AlterField(
                model_name='accountaudit',
                name='segment_override',
                field=models.CharField(blank=True, max_length=10),
            ),
            migrations.AlterField(
                model_name='accountaudit',
                name='touch_tier',
                field=models.CharField(default='tech', editable=False, max_length=10),
            ),
            migrations.AlterField(
                model_name='accountaudit',
                name='touch_tier_override',
                field=models.CharField(blank=True, max_length=10),
            ),
            migrations.CreateModel(
                name='SegmentBoundAudit',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('valid_from', models.DateField(help_text='Holds from this day on, until a later bound.')),
                    ('arr_from', models.PositiveBigIntegerField(blank=True, help_text="Whole units of the installation's currency, inclusive. Empty: given to nobody.", null=True, verbose_name='ARR from')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.segmentbound')),
                    ('segment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.segmentdefinition')),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        accounts.database.ChangesAtOnce(operations=[
            migrations.AddField(
                model_name='segmentbound',
                name='segment',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bounds', to='accounts.segmentdefinition'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentdefinition',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_segmentdefinitionaudit" ("id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='4a315f399ee6bb0641b621f3a08eaee04d00c546', operation='INSERT', pgid='pgtrigger_insert_insert_13b16', table='accounts_segmentdefinition', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentdefinition',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_segmentdefinitionaudit" ("id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='1cb23dd301b68b63b1cebac6d770fb75ca08344b', operation='UPDATE', pgid='pgtrigger_update_update_bd409', table='accounts_segmentdefinition', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentdefinition',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_segmentdefinitionaudit" ("id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='ecd355745ca57acb4f3fea7f613496b7c32fe3f6', operation='DELETE', pgid='pgtrigger_delete_delete_00a46', table='accounts_segmentdefinition', when='AFTER')),
            ),
            migrations.AddField(
                model_name='segmentdefinitionaudit',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='segmentdefinitionaudit',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.segmentdefinition'),
            ),
            migrations.AddField(
                model_name='touchtierboundaudit',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='touchtierboundaudit',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.touchtierbound'),
            ),
            migrations.AddField(
                model_name='touchtierboundaudit',
                name='touch_tier',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.touchtierdefinition'),
            ),
            migrations.AddField(
                model_name='touchtierbound',
                name='touch_tier',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bounds', to='accounts.touchtierdefinition'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='touchtierdefinition',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_touchtierdefinitionaudit" ("id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='6b63d96cad261bdf82b0b1a3fae356c8cf524d23', operation='INSERT', pgid='pgtrigger_insert_insert_23733', table='accounts_touchtierdefinition', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='touchtierdefinition',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_touchtierdefinitionaudit" ("id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='0b71481fac62bc00ff8161d2630fcbcd0be01995', operation='UPDATE', pgid='pgtrigger_update_update_c474f', table='accounts_touchtierdefinition', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='touchtierdefinition',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_touchtierdefinitionaudit" ("id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='db4aa1f85a91d9c6bd3671f6fb134631f491a0c5', operation='DELETE', pgid='pgtrigger_delete_delete_62eac', table='accounts_touchtierdefinition', when='AFTER')),
            ),
            migrations.AddField(
                model_name='touchtierdefinitionaudit',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='touchtierdefinitionaudit',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.touchtierdefinition'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentboundaudit',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4f3c8d84be24b50c7cbc437b065ad072c9180e62', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_18d0b', table='accounts_segmentboundaudit', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='segmentbound',
                constraint=models.UniqueConstraint(models.F('segment'), models.F('valid_from'), name='segment_bound_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentbound',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_segmentboundaudit" ("arr_from", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "segment_id", "valid_from") VALUES (NEW."arr_from", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."segment_id", NEW."valid_from"); RETURN NULL;', hash='44aa91ac5822eb62eb9fbaa7a30fe0616d4c763b', operation='INSERT', pgid='pgtrigger_insert_insert_1e789', table='accounts_segmentbound', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentbound',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_segmentboundaudit" ("arr_from", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "segment_id", "valid_from") VALUES (NEW."arr_from", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."segment_id", NEW."valid_from"); RETURN NULL;', hash='49f6ba5a7c10bcb6be3b23ba0c86328ea532e0b8', operation='UPDATE', pgid='pgtrigger_update_update_4b8e7', table='accounts_segmentbound', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentbound',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_segmentboundaudit" ("arr_from", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "segment_id", "valid_from") VALUES (OLD."arr_from", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."segment_id", OLD."valid_from"); RETURN NULL;', hash='c394d55558f1b1b4c33f37966cd681bc1df665cf', operation='DELETE', pgid='pgtrigger_delete_delete_f2cb6', table='accounts_segmentbound', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentdefinitionaudit',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7e98428f472cd8ad876c56b75b12d95ea30c77bc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4e06b', table='accounts_segmentdefinitionaudit', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='touchtierboundaudit',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='590ee9479f85d5c6e5b112a74b6d15a740c33237', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a94c0', table='accounts_touchtierboundaudit', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='touchtierbound',
                constraint=models.UniqueConstraint(models.F('touch_tier'), models.F('valid_from'), name='touch_tier_bound_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='touchtierbound',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_touchtierboundaudit" ("arr_from", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "score_from", "touch_tier_id", "valid_from") VALUES (NEW."arr_from", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."score_from", NEW."touch_tier_id", NEW."valid_from"); RETURN NULL;', hash='9cc55cb749eb83d762ef147631e997f9c9f0fd52', operation='INSERT', pgid='pgtrigger_insert_insert_6d301', table='accounts_touchtierbound', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='touchtierbound',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_touchtierboundaudit" ("arr_from", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "score_from", "touch_tier_id", "valid_from") VALUES (NEW."arr_from", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."score_from", NEW."touch_tier_id", NEW."valid_from"); RETURN NULL;', hash='9ac683cac84727f4f5dc2636367eb5f0e60dd4b1', operation='UPDATE', pgid='pgtrigger_update_update_75714', table='accounts_touchtierbound', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='touchtierbound',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_touchtierboundaudit" ("arr_from", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "score_from", "touch_tier_id", "valid_from") VALUES (OLD."arr_from", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."score_from", OLD."touch_tier_id", OLD."valid_from"); RETURN NULL;', hash='9286114cced4df5cc0fd02d89f396600a0d2c440', operation='DELETE', pgid='pgtrigger_delete_delete_37600', table='accounts_touchtierbound', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='touchtierdefinitionaudit',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d28180180e558ccbc43833e7c4820b8bcb2e8c88', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_332d9', table='accounts_touchtierdefinitionaudit', when='BEFORE')),
            ),
            migrations.RunSQL(STARTING, migrations.RunSQL.noop),
        ]),
    ]
