import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cs_platform", "0003_previews"),
    ]

    operations = [
        migrations.CreateModel(
            name="Intervention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("retry_job", "Retried a job"),
                            ("resend_message", "Sent a message again"),
                            ("ask_invariants", "Asked the invariants"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "row_id",
                    models.BigIntegerField(help_text="Of the job or the message.", null=True),
                ),
                (
                    "subject",
                    models.CharField(help_text="Kind and key of that row.", max_length=240),
                ),
                (
                    "before",
                    models.CharField(blank=True, help_text="What it said before.", max_length=500),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InvariantRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("day", models.DateField(help_text="The day that was open.")),
                ("seconds", models.FloatField()),
                (
                    "asked",
                    models.PositiveSmallIntegerField(help_text="How many invariants were asked."),
                ),
                ("broken", models.PositiveSmallIntegerField()),
                (
                    "findings",
                    models.JSONField(
                        default=list, help_text="Name, sentence, count, examples of each."
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("asked_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="invariant_run_latest",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="intervention",
            trigger=pgtrigger.compiler.Trigger(
                name="interventions_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2524fd018ae8a07fc9afae6a81b515ec19a0abcd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_interventions_are_append_only_d60c9",
                    table="cs_platform_intervention",
                    when="BEFORE",
                ),
            ),
        ),
    ]
