import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_usage_seal"),
        ("accounts", "__first__"),
        ("cs_platform", "0002_work_rings"),
        ("health", "0005_draft_edits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Preview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(help_text="Of the draft it was computed for."),
                ),
                ("day", models.DateField()),
                ("requested_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=300)),
                (
                    "total",
                    models.PositiveIntegerField(
                        default=0, help_text="Accounts under this scorecard."
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                (
                    "rescored",
                    models.PositiveIntegerField(
                        default=0, help_text="Accounts whose score changes."
                    ),
                ),
                (
                    "before_bins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "after_bins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "before_bands",
                    models.JSONField(default=list, help_text="[key, name, at risk], best first."),
                ),
                ("after_bands", models.JSONField(default=list)),
                (
                    "compared_with",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="health.scorecard",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("scorecard"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="preview_latest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PreviewCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_band", models.CharField(max_length=20)),
                ("to_band", models.CharField(max_length=20)),
                ("accounts", models.PositiveIntegerField()),
                ("arr_minor", models.BigIntegerField()),
                (
                    "preview",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cells",
                        to="cs_platform.preview",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("preview"),
                        models.F("from_band"),
                        models.F("to_band"),
                        name="preview_cell_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PreviewMover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_band", models.CharField(max_length=20)),
                ("to_band", models.CharField(max_length=20)),
                ("old_score", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("new_score", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("arr_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "preview",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="movers",
                        to="cs_platform.preview",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("preview"),
                        models.OrderBy(models.F("arr_minor"), descending=True),
                        models.F("id"),
                        name="preview_mover_size",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PreviewPlay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("playbook_key", models.CharField(max_length=60)),
                ("playbook_name", models.CharField(max_length=120)),
                (
                    "result",
                    models.CharField(
                        help_text="started, queued, suppressed or recovered.", max_length=10
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Why it is suppressed.", max_length=20),
                ),
                ("accounts", models.PositiveIntegerField()),
                ("arr_minor", models.BigIntegerField()),
                (
                    "preview",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plays",
                        to="cs_platform.preview",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("preview"),
                        models.F("playbook_key"),
                        models.F("result"),
                        models.F("reason"),
                        name="preview_play_once",
                    )
                ],
            },
        ),
    ]
