import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models
from django.utils.text import slugify

STANDING = """
    INSERT INTO accounts_sourceaudit
        ("key", name, kind, pgh_obj_id, pgh_created_at, pgh_label)
    SELECT "key", name, kind, "key", now(), 'standing' FROM accounts_source
"""
# The ledger is append-only; naming where its rows came from anew changes nothing that they say.
LEDGER_OPENED = "ALTER TABLE accounts_revenuemovement DISABLE TRIGGER USER"
LEDGER_CLOSED = "ALTER TABLE accounts_revenuemovement ENABLE TRIGGER USER"

EARLIER_NAMES = """
    SELECT source FROM accounts_revenuemovement WHERE source <> 'contracts'
    GROUP BY source ORDER BY source <> 'direct', source <> 'import', min(id)
"""
CONTRADICTS = """
    SELECT EXISTS (
        SELECT FROM accounts_revenuemovement m
        JOIN accounts_revenuemovement d ON d.external_id = m.external_id AND d.source = 'direct'
        WHERE m.source = %(name)s
            AND (m.account_id, m.effective_on, m.kind, m.amount_minor, m.currency)
                <> (d.account_id, d.effective_on, d.kind, d.amount_minor, d.currency))
"""
TO_DIRECT = """
    UPDATE accounts_revenuemovement m SET source = 'direct'
    WHERE m.source = %(name)s AND NOT EXISTS (
        SELECT FROM accounts_revenuemovement d
        WHERE d.external_id = m.external_id AND d.source = 'direct')
"""
RENAMED = "UPDATE accounts_revenuemovement SET source = %(key)s WHERE source = %(name)s"


def declare_first_sources(apps, schema_editor):
    Source = apps.get_model("accounts", "Source")
    Source.objects.bulk_create(
        [
            Source(key="direct", name="Direct", kind="direct"),
            Source(key="contracts", name="Contracts", kind="internal"),
        ]
    )


def name_sources_of_the_ledger(apps, schema_editor):
    """Movements were named by the key's name or the way they came.

    What never contradicts the others now belongs to *direct*: sent again by any key or way, it is
    known. A name whose ids contradict those of *direct* numbers its records by itself: it becomes a
    source of its own, and so do its keys. A copy of a movement that *direct* has already stays in
    the ledger, in a source that takes nothing more: an invariant names it until it is taken back.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(EARLIER_NAMES)
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute(LEDGER_OPENED)
        for name in names:
            _place(apps, cursor, name)
        cursor.execute(LEDGER_CLOSED)


def _place(apps, cursor, name):
    if name == "direct":
        return
    if name == "ravenstack":
        _declare(apps, key=name, name="RavenStack", kind="system")
        return
    cursor.execute(CONTRADICTS, {"name": name})
    if cursor.fetchone()[0]:
        key = _declare(apps, key=slugify(name), name=name, kind="system")
        cursor.execute(RENAMED, {"name": name, "key": key})
        apps.get_model("accounts", "ApiKey").objects.filter(name=name).update(source=key)
        runs = apps.get_model("accounts", "ImportRun").objects.filter(via="api")
        runs.filter(source=name).update(declared_source=key)
        return
    cursor.execute(TO_DIRECT, {"name": name})
    cursor.execute(
        "SELECT EXISTS (SELECT FROM accounts_revenuemovement WHERE source = %(name)s)",
        {"name": name},
    )
    if cursor.fetchone()[0]:
        key = _declare(
            apps, key=f"{slugify(name)[:32]}-copies", name=f"Copies by {name}", kind="internal"
        )
        cursor.execute(RENAMED, {"name": name, "key": key})


def _declare(apps, *, key, name, kind):
    """The key of a new source, both words made free where they are taken."""
    Source = apps.get_model("accounts", "Source")
    key, tried = key[:37] or "source", 1
    free_key, free_name = key, name
    while Source.objects.filter(
        models.Q(key=free_key) | models.Q(name__iexact=free_name)
    ).exists():
        tried += 1
        free_key, free_name = f"{key}-{tried}", f"{name} {tried}"
    Source.objects.create(key=free_key, name=free_name, kind=kind)
    return free_key


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_settings_audit'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Source',
            fields=[
                ('key', models.SlugField(help_text='Short and lower case, such as stripe-eu. It is never changed.', max_length=40, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='The system and its part: Stripe, EU entity.', max_length=80)),
                ('kind', models.CharField(choices=[('direct', 'Not declared'), ('internal', 'Kept by the platform'), ('system', 'Upstream system')], default='system', max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name='SourceAudit',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('key', models.SlugField(db_index=False, help_text='Short and lower case, such as stripe-eu. It is never changed.', max_length=40, serialize=False)),
                ('name', models.CharField(help_text='The system and its part: Stripe, EU entity.', max_length=80)),
                ('kind', models.CharField(choices=[('direct', 'Not declared'), ('internal', 'Kept by the platform'), ('system', 'Upstream system')], default='system', max_length=8)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RunPython(declare_first_sources, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='revenuemovement',
            name='movement_posted_once',
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='source_name_once_in_any_case'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(('key', django.db.models.functions.text.Lower('key'))), name='source_key_is_lower_case'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='source',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_sourceaudit" ("key", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."key", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."key"); RETURN NULL;', hash='79489cda8338e850da52809786e67a98db4c50a6', operation='INSERT', pgid='pgtrigger_insert_insert_f46af', table='accounts_source', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='source',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_sourceaudit" ("key", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."key", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."key"); RETURN NULL;', hash='58f74dc33873ed4ac72b3b1ebbcc248fe09d2e48', operation='UPDATE', pgid='pgtrigger_update_update_f929d', table='accounts_source', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='source',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_sourceaudit" ("key", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."key", OLD."kind", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."key"); RETURN NULL;', hash='29e3f5f87840bbf0b0e253f6e82379f65a952d88', operation='DELETE', pgid='pgtrigger_delete_delete_e127c', table='accounts_source', when='AFTER')),
        ),
        migrations.AddField(
            model_name='apikey',
            name='source',
            field=models.ForeignKey(default='direct', help_text='The system whose records it brings: their ids count within it.', on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to='accounts.source'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='declared_source',
            field=models.ForeignKey(default='direct', help_text='The system whose ids the records carry.', on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='accounts.source'),
        ),
        migrations.AddField(
            model_name='sourceaudit',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='sourceaudit',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='audit', to='accounts.source'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sourceaudit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b837044e6d68244a0a6d5cc3660672f4c5d552ab', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2359b', table='accounts_sourceaudit', when='BEFORE')),
        ),
        migrations.RunPython(name_sources_of_the_ledger, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='revenuemovement',
            name='source',
            field=models.ForeignKey(db_index=False, default='direct', on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='accounts.source'),
        ),
        migrations.AddConstraint(
            model_name='revenuemovement',
            constraint=models.UniqueConstraint(models.F('external_id'), models.F('source'), name='movement_posted_once'),
        ),
        migrations.RunSQL(STANDING, migrations.RunSQL.noop),
    ]
