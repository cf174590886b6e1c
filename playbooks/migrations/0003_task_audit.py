import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import playbooks.triggers.vocabulary
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_database"),
        ("accounts", "__first__"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("playbooks", "0002_signal_mark"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaskAudit",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("snoozed", "Snoozed"),
                            ("done", "Done"),
                            ("skipped", "Skipped"),
                            ("closed_by_itself", "Closed by itself"),
                        ],
                        default=playbooks.triggers.vocabulary.TaskState["OPEN"],
                        max_length=16,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reached", "Reached"),
                            ("no_response", "No response"),
                            ("meeting_booked", "Meeting booked"),
                            ("agreed", "Agreed"),
                            ("declined", "Declined"),
                            ("written_up", "Written up"),
                            ("notified", "Notified"),
                        ],
                        max_length=14,
                        null=True,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="audit",
                        to="playbooks.task",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."closed_by_id" IS DISTINCT FROM (NEW."closed_by_id") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."snoozed_until" IS DISTINCT FROM (NEW."snoozed_until") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "playbooks_taskaudit" ("account_id", "closed_by_id", "due_at", "outcome", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "snoozed_until", "state") VALUES (NEW."account_id", NEW."closed_by_id", NEW."due_at", NEW."outcome", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."snoozed_until", NEW."state"); RETURN NULL;',
                    hash="1d8043b7c9cc7a36d24b54aa62a25df4d4973b68",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c006d",
                    table="playbooks_task",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taskaudit",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="601c34e5019a78d45307a39dbc859ed66f96f096",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5fe81",
                    table="playbooks_taskaudit",
                    when="BEFORE",
                ),
            ),
        ),
    ]
