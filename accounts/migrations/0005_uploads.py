import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_finished_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("size", models.BigIntegerField()),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the bytes as they came.", max_length=64),
                ),
                ("uploaded_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "Being read"),
                            ("refused", "Cannot be read"),
                            ("ready", "Columns to match"),
                            ("checking", "Being checked"),
                            ("checked", "Ready to import"),
                            ("started", "Imported"),
                        ],
                        default="reading",
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it cannot be read.", max_length=500
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="What was read of it.", max_length=300),
                ),
                (
                    "encoding",
                    models.CharField(
                        blank=True, help_text="Chosen; empty: recognised.", max_length=10
                    ),
                ),
                (
                    "titles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="The header as it stands.",
                        size=None,
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0)),
                ("chunks", models.PositiveIntegerField(default=0)),
                ("kind", models.CharField(blank=True, max_length=30)),
                (
                    "manner",
                    models.JSONField(
                        default=dict, help_text="Columns, dates, decimals, time zone."
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=0, help_text="Grows with each check."),
                ),
                (
                    "outcome",
                    models.JSONField(default=dict, help_text="What the latest check found."),
                ),
                (
                    "forgotten_at",
                    models.DateTimeField(help_text="Since then only this row is left.", null=True),
                ),
                (
                    "fixes",
                    models.ForeignKey(
                        blank=True,
                        help_text="The import whose refused rows this file brings again.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="fixed_files",
                        to="accounts.importrun",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("uploaded_at"),
                        condition=models.Q(("forgotten_at", None)),
                        name="import_file_kept",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FileChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.CharField(choices=[("raw", "Bytes"), ("rows", "Rows")], max_length=4),
                ),
                ("number", models.PositiveIntegerField()),
                ("rows", models.PositiveIntegerField(default=0)),
                ("body", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="accounts.importfile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("file"),
                        models.F("stage"),
                        models.F("number"),
                        name="file_chunk_is_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=30)),
                (
                    "header",
                    models.CharField(
                        help_text="SHA-256 of the column names in order.", max_length=64
                    ),
                ),
                ("manner", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="mappings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("header"), name="import_mapping_header")],
                "constraints": [
                    models.UniqueConstraint(models.F("name"), name="import_mapping_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="PlannedChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("status", models.CharField(max_length=9)),
                ("record", models.JSONField(help_text="Key, fields before and after, problems.")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned",
                        to="accounts.importfile",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="importrun",
            name="via",
            field=models.CharField(
                choices=[("command", "Command line"), ("api", "API"), ("page", "Upload")],
                default="command",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="rejectedrecord",
            name="is_whole",
            field=models.BooleanField(
                default=True, help_text="Nothing of it was cut off when it was kept."
            ),
        ),
        migrations.AddField(
            model_name="rejectedrecord",
            name="settled_at",
            field=models.DateTimeField(help_text="Since then the record is in.", null=True),
        ),
        migrations.AddField(
            model_name="rejectedrecord",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="rejectedrecord",
            index=models.Index(models.F("run"), models.F("position"), name="rejected_of_run"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="file",
            field=models.OneToOneField(
                blank=True,
                help_text="The upload it reads.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="run",
                to="accounts.importfile",
            ),
        ),
        migrations.RunSQL(
            sql="\nUPDATE accounts_rejectedrecord r SET is_whole = false\nWHERE EXISTS (SELECT FROM jsonb_each_text(r.record) v WHERE length(v.value) >= 300)\n",
            reverse_sql="",
        ),
        migrations.RunSQL(
            sql="UPDATE accounts_importrun SET via = 'api' WHERE api_key_id IS NOT NULL",
            reverse_sql="",
        ),
    ]
