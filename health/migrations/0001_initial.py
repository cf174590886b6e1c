import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import health.models.scorecard
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_database"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("closed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SourceFeed",
            fields=[
                ("source", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("first_day", models.DateField()),
                ("latest_day", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="AssignmentRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(unique=True)),
                ("scorecard_key", models.SlugField(max_length=40)),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hand_off", "Hand-off"),
                            ("onboarding", "Onboarding"),
                            ("adoption", "Adoption"),
                            ("value", "Value"),
                            ("expansion", "Expansion"),
                            ("advocacy", "Advocacy"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "touch_tier",
                    models.CharField(
                        blank=True,
                        choices=[("high", "High"), ("low", "Low"), ("tech", "Tech")],
                        max_length=4,
                    ),
                ),
                (
                    "segment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("strategic", "Strategic"),
                            ("enterprise", "Enterprise"),
                            ("mid_market", "Mid-market"),
                            ("smb", "SMB"),
                            ("self_serve", "Self-serve"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "minimum_arr",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="Whole units of the installation's currency, inclusive.",
                        null=True,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.plan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Scorecard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published")],
                        default="draft",
                        max_length=9,
                    ),
                ),
                (
                    "recovery_margin",
                    models.DecimalField(
                        decimal_places=2,
                        default=2,
                        help_text="Rising into a band takes its lower bound plus this; falling is at once.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "minimum_confidence",
                    models.DecimalField(
                        decimal_places=2,
                        default=60,
                        help_text="Per cent of the weight that must have data; below it an account is unscored.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "handled_first",
                    models.BooleanField(
                        default=False,
                        help_text="Crossings under this scorecard are handled before others.",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Why it was published.",
                        max_length=300,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("key"), models.F("version"), name="scorecard_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", True), ("state", "draft")),
                            models.Q(("published_at__isnull", False), ("state", "published")),
                            _connector="OR",
                        ),
                        name="scorecard_published_is_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Component",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Per cent; the weights of one level add up to 100.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="health.component",
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="components",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("scorecard"), models.F("key"), name="component_once_a_card"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("published_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("scorecard"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="publication_latest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="publication_has_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=60)),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "curve",
                    models.CharField(
                        help_text="Lines: “0 → 0, 0.5 → 75”. Steps: “< 2 → 20, ≤ 20 → 80, else → 100”.",
                        max_length=500,
                        validators=[health.models.scorecard.validate_curve],
                    ),
                ),
                (
                    "penalties",
                    models.CharField(
                        blank=True,
                        help_text="Points taken off for each: “upsells_declined_90d × 30”, parted by commas.",
                        max_length=200,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "component",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measures",
                        to="health.component",
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measures",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("scorecard"), models.F("key"), name="measure_once_a_card"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HealthScore",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "day",
                        "revision",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("band", models.CharField(max_length=20)),
                ("confidence", models.DecimalField(decimal_places=2, max_digits=5)),
                (
                    "raw",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), size=None
                    ),
                ),
                (
                    "readings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                (
                    "weights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                (
                    "components",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("gate_hits", models.BigIntegerField(default=0)),
                ("computed_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="health.scorecard",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Gate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                (
                    "condition",
                    models.CharField(
                        help_text="Such as “champions = 0 and champions_left_60d ≥ 1”.",
                        max_length=300,
                        validators=[health.models.scorecard.validate_conditions],
                    ),
                ),
                (
                    "cap",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "component",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gates",
                        to="health.component",
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gates",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("scorecard"), models.F("key"), name="gate_once_a_card"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CurrentHealth",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="health",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("day", models.DateField()),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("band", models.CharField(max_length=20)),
                (
                    "effective_band",
                    models.CharField(
                        help_text="The overriding band while there is one.", max_length=20
                    ),
                ),
                ("at_risk", models.BooleanField(default=False)),
                ("confidence", models.DecimalField(decimal_places=2, max_digits=5)),
                ("week_change", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                (
                    "components",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                (
                    "component_bands",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("lines_below", models.IntegerField(default=0)),
                (
                    "spark",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("crossing_day", models.DateField(null=True)),
                ("crossing_seq", models.PositiveIntegerField(default=0)),
                ("computed_at", models.DateTimeField()),
                (
                    "scorecard",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("effective_band"), models.F("account"), name="current_health_band"
                    ),
                    models.Index(
                        models.F("account"),
                        condition=models.Q(("at_risk", True)),
                        name="current_health_at_risk",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Band",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=20)),
                ("name", models.CharField(max_length=40)),
                (
                    "lower",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Its lower bound, inclusive.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "at_risk",
                    models.BooleanField(
                        default=False, help_text="ARR of accounts in this band counts as at risk."
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bands",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("scorecard"), models.F("key"), name="band_once_a_card"
                    ),
                    models.UniqueConstraint(
                        models.F("scorecard"), models.F("lower"), name="band_bound_once_a_card"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alert_lines",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("scorecard"), models.F("value"), name="line_once_a_card"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ThresholdCrossing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "subject",
                    models.CharField(
                        help_text="“score”, “component:<key>” or “line:<value>”.", max_length=60
                    ),
                ),
                (
                    "seq",
                    models.PositiveIntegerField(
                        help_text="Numbers the account's crossings of the day."
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("band", "Band"), ("line", "Alert line")], max_length=4
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("moved", "moved"),
                            ("first_score", "first_score"),
                            ("unscored", "unscored"),
                            ("scored", "scored"),
                            ("new_scorecard", "new_scorecard"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("down", "Down"), ("up", "Up"), ("none", "Neither")], max_length=4
                    ),
                ),
                (
                    "from_band",
                    models.CharField(help_text="“above” or “below” for a line.", max_length=20),
                ),
                ("to_band", models.CharField(max_length=20)),
                ("score_before", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("score_after", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                (
                    "is_overridden",
                    models.BooleanField(
                        default=False, help_text="The band was overridden, so plays are suppressed."
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="crossings",
                        to="accounts.account",
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="health.scorecard",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("day"), models.F("account"), name="crossing_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("day"),
                        models.F("subject"),
                        models.F("seq"),
                        name="crossing_written_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BandOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("band", models.CharField(max_length=20)),
                ("reason", models.CharField(max_length=300)),
                ("starts_on", models.DateField()),
                (
                    "expires_on",
                    models.DateField(help_text="The last day it counts, 30 days on at most."),
                ),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="band_overrides",
                        to="accounts.account",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="override_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on__gte", models.F("starts_on")),
                            (
                                "expires_on__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_on"),
                                    "+",
                                    models.Value(datetime.timedelta(days=30)),
                                ),
                            ),
                        ),
                        name="override_lasts_30_days_at_most",
                    ),
                    models.UniqueConstraint(
                        models.F("account"),
                        condition=models.Q(("ended_at__isnull", True)),
                        name="override_one_at_a_time",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="scorecard",
            trigger=pgtrigger.compiler.Trigger(
                name="published_scorecard_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"state\" = 'published')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9b340d48e87fea0212153a7f46c001fcb6f9beb8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_published_scorecard_never_changes_8b32f",
                    table="health_scorecard",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="publication",
            trigger=pgtrigger.compiler.Trigger(
                name="publications_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ddfbb2f0b3995ba13c71803e0d7850a72c96fbc0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_publications_are_append_only_21eab",
                    table="health_publication",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="measure",
            trigger=pgtrigger.compiler.Trigger(
                name="published_measure_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE card bigint;",
                    func="\n            card := CASE WHEN TG_OP = 'INSERT' THEN NEW.scorecard_id ELSE OLD.scorecard_id END;\n            IF EXISTS (SELECT 1 FROM health_scorecard WHERE id = card AND state = 'published') THEN\n                RAISE EXCEPTION 'a published scorecard never changes: copy it to a draft';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                    hash="4e95156b26f638f92c083cef6473c04ce4d9ad64",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_published_measure_never_changes_deb93",
                    table="health_measure",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gate",
            trigger=pgtrigger.compiler.Trigger(
                name="published_gate_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE card bigint;",
                    func="\n            card := CASE WHEN TG_OP = 'INSERT' THEN NEW.scorecard_id ELSE OLD.scorecard_id END;\n            IF EXISTS (SELECT 1 FROM health_scorecard WHERE id = card AND state = 'published') THEN\n                RAISE EXCEPTION 'a published scorecard never changes: copy it to a draft';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                    hash="8a4dead5824278e09b8b9e11d3f712952d3d0762",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_published_gate_never_changes_39762",
                    table="health_gate",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="component",
            trigger=pgtrigger.compiler.Trigger(
                name="published_component_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE card bigint;",
                    func="\n            card := CASE WHEN TG_OP = 'INSERT' THEN NEW.scorecard_id ELSE OLD.scorecard_id END;\n            IF EXISTS (SELECT 1 FROM health_scorecard WHERE id = card AND state = 'published') THEN\n                RAISE EXCEPTION 'a published scorecard never changes: copy it to a draft';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                    hash="38d36a6b59d99d7234e105019164e42dd5874fb6",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_published_component_never_changes_ec3fd",
                    table="health_component",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="band",
            trigger=pgtrigger.compiler.Trigger(
                name="published_band_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE card bigint;",
                    func="\n            card := CASE WHEN TG_OP = 'INSERT' THEN NEW.scorecard_id ELSE OLD.scorecard_id END;\n            IF EXISTS (SELECT 1 FROM health_scorecard WHERE id = card AND state = 'published') THEN\n                RAISE EXCEPTION 'a published scorecard never changes: copy it to a draft';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                    hash="57c7ec6e593493cda4bf9d22cf60a075cc68fab1",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_published_band_never_changes_3a94e",
                    table="health_band",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertline",
            trigger=pgtrigger.compiler.Trigger(
                name="published_line_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE card bigint;",
                    func="\n            card := CASE WHEN TG_OP = 'INSERT' THEN NEW.scorecard_id ELSE OLD.scorecard_id END;\n            IF EXISTS (SELECT 1 FROM health_scorecard WHERE id = card AND state = 'published') THEN\n                RAISE EXCEPTION 'a published scorecard never changes: copy it to a draft';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ",
                    hash="9b60e5c6693ffb0d0553e60107efe3dd9c37a33f",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_published_line_never_changes_04aaf",
                    table="health_alertline",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="thresholdcrossing",
            trigger=pgtrigger.compiler.Trigger(
                name="crossings_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b0239f4b8086b74c077b6d433db87d652feced4a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_crossings_are_append_only_11763",
                    table="health_thresholdcrossing",
                    when="BEFORE",
                ),
            ),
        ),
    ]
