import accounts.catalogue
import accounts.models.installation
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name="Feature",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("key", models.SlugField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("is_core", models.BooleanField(default=False)),
                (
                    "plans",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SlugField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="Keys of the plans it belongs to. Empty: all of them.",
                        size=None,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("name", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="InboxBatch",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "id",
                        "received_on",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("id", models.BigIntegerField()),
                ("received_on", models.DateField()),
                ("received_at", models.DateTimeField()),
                ("source", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=30)),
                ("media_type", models.CharField(max_length=80)),
                ("body", models.BinaryField(help_text="gzip")),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("key", models.CharField(help_text="(kind, key) makes it once.", max_length=160)),
                ("payload", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("leased", "Leased"),
                            ("done", "Done"),
                            ("dead", "Dead"),
                        ],
                        default="new",
                        max_length=6,
                    ),
                ),
                ("next_at", models.DateTimeField(help_text="Not before this.")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "fence",
                    models.BigIntegerField(
                        default=0, help_text="Grows with each lease; late writers lose."
                    ),
                ),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "cursor",
                    models.BigIntegerField(
                        default=0, help_text="How far it got: progress resets attempts."
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("next_at"),
                        condition=models.Q(("state__in", ("new", "leased"))),
                        name="job_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("kind"), models.F("key"), name="job_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "leased"), ("lease_until__isnull", False)),
                            models.Q(
                                models.Q(("state", "leased"), _negated=True),
                                ("lease_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="job_lease_is_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                (
                    "first_value_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Days from the contract's start to the first value moment: the target.",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("region", "By region"),
                            ("industry", "By industry"),
                            ("round_robin", "Round robin by load"),
                        ],
                        default="round_robin",
                        max_length=11,
                    ),
                ),
                (
                    "values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        help_text="The regions or industries this pool takes.",
                        size=None,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("title", models.CharField(blank=True, max_length=120)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("csm", "CSM"),
                            ("manager", "Manager"),
                            ("executive", "Executive"),
                            ("ops", "CS ops"),
                        ],
                        help_text="Without a role a person can log in but sees nothing.",
                        max_length=9,
                        null=True,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField(auto_now_add=True)),
                ("absent_from", models.DateField(blank=True, null=True)),
                (
                    "absent_until",
                    models.DateField(blank=True, help_text="The last day away.", null=True),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        blank=True,
                        help_text="Gets the tasks of this person during an absence.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="covers_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="user_email_once_in_any_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("absent_from__isnull", True), ("absent_until__isnull", True)),
                            ("absent_until__gte", models.F("absent_from")),
                            _connector="OR",
                        ),
                        name="user_absence_is_a_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UserAudit",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=120)),
                ("title", models.CharField(blank=True, max_length=120)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("csm", "CSM"),
                            ("manager", "Manager"),
                            ("executive", "Executive"),
                            ("ops", "CS ops"),
                        ],
                        help_text="Without a role a person can log in but sees nothing.",
                        max_length=9,
                        null=True,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField(auto_now_add=True)),
                ("absent_from", models.DateField(blank=True, null=True)),
                (
                    "absent_until",
                    models.DateField(blank=True, help_text="The last day away.", null=True),
                ),
                (
                    "cover",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Gets the tasks of this person during an absence.",
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
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("domain", models.CharField(blank=True, max_length=253)),
                ("industry", models.CharField(blank=True, max_length=80)),
                ("region", models.CharField(blank=True, max_length=80)),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[accounts.models.installation.validate_time_zone],
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="USD",
                        max_length=3,
                        validators=[accounts.models.installation.validate_currency],
                    ),
                ),
                ("seats", models.PositiveIntegerField(blank=True, null=True)),
                ("usage_limit", models.PositiveBigIntegerField(blank=True, null=True)),
                ("customer_since", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("churned", "Churned")],
                        default=accounts.catalogue.AccountStatus["ACTIVE"],
                        max_length=7,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("hand_off", "Hand-off"),
                            ("onboarding", "Onboarding"),
                            ("adoption", "Adoption"),
                            ("value", "Value"),
                            ("expansion", "Expansion"),
                            ("advocacy", "Advocacy"),
                        ],
                        default=accounts.catalogue.LifecycleStage["HAND_OFF"],
                        max_length=10,
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "complexity",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "growth_potential",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "strategic_fit",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "is_strategic",
                    models.BooleanField(
                        default=False,
                        help_text="Designated strategic: high touch at once, whatever the ARR.",
                    ),
                ),
                (
                    "arr_minor",
                    models.BigIntegerField(
                        default=0,
                        editable=False,
                        help_text="ARR today, minor units of the account's currency.",
                    ),
                ),
                ("renews_on", models.DateField(editable=False, null=True)),
                (
                    "segment",
                    models.CharField(
                        choices=[
                            ("strategic", "Strategic"),
                            ("enterprise", "Enterprise"),
                            ("mid_market", "Mid-market"),
                            ("smb", "SMB"),
                            ("self_serve", "Self-serve"),
                        ],
                        default=accounts.catalogue.Segment["SELF_SERVE"],
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "touch_tier",
                    models.CharField(
                        choices=[("high", "High"), ("low", "Low"), ("tech", "Tech")],
                        default=accounts.catalogue.TouchTier["TECH"],
                        editable=False,
                        max_length=4,
                    ),
                ),
                (
                    "segment_override",
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
                    "touch_tier_override",
                    models.CharField(
                        blank=True,
                        choices=[("high", "High"), ("low", "Low"), ("tech", "Tech")],
                        max_length=4,
                    ),
                ),
                ("override_reason", models.CharField(blank=True, max_length=300)),
                (
                    "tier_pending",
                    models.CharField(
                        blank=True,
                        choices=[("high", "High"), ("low", "Low"), ("tech", "Tech")],
                        editable=False,
                        max_length=4,
                    ),
                ),
                ("tier_pending_since", models.DateField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account_executive",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sold_accounts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "executive_sponsor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sponsored_accounts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portfolio",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="accounts.account",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="accounts.plan",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portfolio",
                        to="accounts.pool",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("renews_on"),
                        condition=models.Q(("status", accounts.catalogue.AccountStatus["ACTIVE"])),
                        name="account_renews",
                    ),
                    models.Index(
                        models.F("owner"),
                        models.OrderBy(models.F("arr_minor"), descending=True),
                        name="account_owner_arr",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                        ),
                        name="account_name_search",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("external_id__regex", "^[A-Za-z0-9._~-]{1,64}$")),
                        name="account_external_id_is_safe_in_urls",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("segment_override", ""), ("touch_tier_override", "")),
                            models.Q(("override_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="account_override_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("owner__isnull", True), ("pool__isnull", True), _connector="OR"
                        ),
                        name="account_has_an_owner_or_a_pool_not_both",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Interaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("call", "Call"),
                            ("email", "E-mail"),
                            ("meeting", "Meeting"),
                            ("qbr", "QBR"),
                            ("ebr", "EBR"),
                            ("training", "Training"),
                            ("onboarding", "Onboarding"),
                            ("support", "Support"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "is_commercial",
                    models.BooleanField(
                        default=False,
                        help_text="Business outcomes, ROI, growth plans or roadmap were talked about.",
                    ),
                ),
                (
                    "sentiment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("positive", "Positive"),
                            ("neutral", "Neutral"),
                            ("negative", "Negative"),
                        ],
                        max_length=8,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("notes", models.TextField(blank=True, max_length=20000)),
                ("next_step", models.CharField(blank=True, max_length=300)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interactions",
                        to="accounts.account",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="interactions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("account"), models.F("occurred_at"), name="interaction_account_at"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("paid_on", models.DateField(blank=True, null=True)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "currency",
                    models.CharField(
                        max_length=3, validators=[accounts.models.installation.validate_currency]
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("paid", "Paid"),
                            ("late", "Late"),
                            ("failed", "Failed"),
                            ("written_off", "Written off"),
                        ],
                        default=accounts.catalogue.InvoiceState["OPEN"],
                        max_length=11,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("account"), models.F("due_on"), name="invoice_account_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_on__isnull", False), ("state", "paid")),
                            models.Q(
                                models.Q(("state", "paid"), _negated=True),
                                ("paid_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="invoice_paid_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("issued_on"))),
                        name="invoice_due_after_issue",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OnboardingStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("due_on", models.DateField()),
                ("done_on", models.DateField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="onboarding_steps",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("key"), name="onboarding_step_once_an_account"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RevenueMovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("effective_on", models.DateField(help_text="Counts from this day on.")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("expansion", "Expansion"),
                            ("contraction", "Contraction"),
                            ("churn", "Churn"),
                            ("reactivation", "Reactivation"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "amount_minor",
                    models.BigIntegerField(help_text="Signed, annualised minor units."),
                ),
                (
                    "currency",
                    models.CharField(
                        max_length=3, validators=[accounts.models.installation.validate_currency]
                    ),
                ),
                (
                    "subtype",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upsell", "Upsell"),
                            ("cross_sell", "Cross sell"),
                            ("seats", "Seats"),
                            ("usage", "Usage"),
                            ("price", "Price"),
                            ("downgrade", "Downgrade"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("product", models.CharField(blank=True, max_length=80)),
                ("recorded_at", models.DateTimeField(help_text="When we learned it.")),
                ("source", models.CharField(max_length=40)),
                ("external_id", models.CharField(max_length=120)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("account"),
                        models.F("effective_on"),
                        include=("amount_minor", "kind", "currency"),
                        name="movement_account_day",
                    ),
                    models.Index(models.F("effective_on"), name="movement_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("source"), models.F("external_id"), name="movement_posted_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount_minor__gt", 0),
                                (
                                    "kind__in",
                                    (
                                        accounts.catalogue.MovementKind["NEW"],
                                        accounts.catalogue.MovementKind["EXPANSION"],
                                        accounts.catalogue.MovementKind["REACTIVATION"],
                                    ),
                                ),
                            ),
                            models.Q(
                                ("amount_minor__lt", 0),
                                (
                                    "kind__in",
                                    (
                                        accounts.catalogue.MovementKind["CONTRACTION"],
                                        accounts.catalogue.MovementKind["CHURN"],
                                    ),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="movement_sign_fits_its_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=120)),
                (
                    "occurred_at",
                    models.DateTimeField(help_text="When it became true, not when we noticed."),
                ),
                (
                    "payload",
                    models.JSONField(
                        default=dict, help_text="What was seen: values, not pointers."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signals",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("kind"),
                        models.F("key"),
                        name="signal_rings_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignalReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("consumer", models.CharField(max_length=30)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("handled", "Handled"), ("historic", "Historic")], max_length=8
                    ),
                ),
                ("received_at", models.DateTimeField()),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="accounts.signal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("signal"),
                        models.F("consumer"),
                        name="signal_receipt_once_a_consumer",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("opened_at", models.DateTimeField()),
                ("solved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("how_to", "How-to"),
                            ("defect", "Defect"),
                            ("request", "Request"),
                            ("billing", "Billing"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("low", "Low"),
                            ("normal", "Normal"),
                            ("high", "High"),
                            ("urgent", "Urgent"),
                        ],
                        default=accounts.catalogue.Severity["NORMAL"],
                        max_length=6,
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        blank=True, help_text="Repeats of a problem share it.", max_length=80
                    ),
                ),
                (
                    "satisfaction",
                    models.PositiveSmallIntegerField(blank=True, help_text="1 to 5.", null=True),
                ),
                (
                    "sentiment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("positive", "Positive"),
                            ("neutral", "Neutral"),
                            ("negative", "Negative"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("account"), models.F("opened_at"), name="ticket_account_opened"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("solved_at__isnull", True),
                            ("solved_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="ticket_solved_after_opened",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("satisfaction__isnull", True),
                            ("satisfaction__range", (1, 5)),
                            _connector="OR",
                        ),
                        name="ticket_satisfaction_is_1_to_5",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountAudit",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("domain", models.CharField(blank=True, max_length=253)),
                ("industry", models.CharField(blank=True, max_length=80)),
                ("region", models.CharField(blank=True, max_length=80)),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[accounts.models.installation.validate_time_zone],
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="USD",
                        max_length=3,
                        validators=[accounts.models.installation.validate_currency],
                    ),
                ),
                ("seats", models.PositiveIntegerField(blank=True, null=True)),
                ("usage_limit", models.PositiveBigIntegerField(blank=True, null=True)),
                ("customer_since", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("churned", "Churned")],
                        default=accounts.catalogue.AccountStatus["ACTIVE"],
                        max_length=7,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("hand_off", "Hand-off"),
                            ("onboarding", "Onboarding"),
                            ("adoption", "Adoption"),
                            ("value", "Value"),
                            ("expansion", "Expansion"),
                            ("advocacy", "Advocacy"),
                        ],
                        default=accounts.catalogue.LifecycleStage["HAND_OFF"],
                        max_length=10,
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "complexity",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "growth_potential",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "strategic_fit",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "is_strategic",
                    models.BooleanField(
                        default=False,
                        help_text="Designated strategic: high touch at once, whatever the ARR.",
                    ),
                ),
                (
                    "segment",
                    models.CharField(
                        choices=[
                            ("strategic", "Strategic"),
                            ("enterprise", "Enterprise"),
                            ("mid_market", "Mid-market"),
                            ("smb", "SMB"),
                            ("self_serve", "Self-serve"),
                        ],
                        default=accounts.catalogue.Segment["SELF_SERVE"],
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "touch_tier",
                    models.CharField(
                        choices=[("high", "High"), ("low", "Low"), ("tech", "Tech")],
                        default=accounts.catalogue.TouchTier["TECH"],
                        editable=False,
                        max_length=4,
                    ),
                ),
                (
                    "segment_override",
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
                    "touch_tier_override",
                    models.CharField(
                        blank=True,
                        choices=[("high", "High"), ("low", "Low"), ("tech", "Tech")],
                        max_length=4,
                    ),
                ),
                ("override_reason", models.CharField(blank=True, max_length=300)),
                (
                    "account_executive",
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
                    "executive_sponsor",
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.account",
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
                        to="accounts.account",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.plan",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.pool",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "prefix",
                    models.CharField(
                        help_text="Its first letters, to recognise it.", max_length=16
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("latest_use_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BusinessEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("upsell_declined", "Upsell declined"),
                            ("renewal_pushback", "Renewal pushback"),
                            ("cancellation_notice", "Cancellation notice"),
                            ("competitor_mentioned", "Competitor mentioned"),
                            ("champion_promoted", "Champion promoted"),
                            ("champion_left", "Champion left"),
                            ("executive_sponsor_lost", "Executive sponsor lost"),
                            ("new_use_case", "New use case"),
                            ("new_department", "New department"),
                            ("first_value_moment", "First value moment"),
                            ("usage_limit_80", "Usage at 80 % of the limit"),
                            ("expansion_conversation", "Expansion conversation"),
                            ("incident", "Incident"),
                            ("reorganisation", "Reorganisation"),
                            ("funding", "Funding"),
                            ("merger", "Merger"),
                        ],
                        max_length=30,
                    ),
                ),
                ("occurred_on", models.DateField()),
                ("note", models.CharField(blank=True, max_length=300)),
                ("learned_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("account"),
                        models.F("kind"),
                        models.F("occurred_on"),
                        name="event_account_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("title", models.CharField(blank=True, max_length=120)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("c_level", "C-level"),
                            ("vp", "VP"),
                            ("director", "Director"),
                            ("manager", "Manager"),
                            ("user", "User"),
                        ],
                        default=accounts.catalogue.ContactLevel["USER"],
                        max_length=8,
                    ),
                ),
                ("job_function", models.CharField(blank=True, max_length=80)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("economic_buyer", "Economic buyer"),
                                ("champion", "Champion"),
                                ("influencer", "Influencer"),
                                ("end_user", "End user"),
                                ("blocker", "Blocker"),
                                ("technical_owner", "Technical owner"),
                                ("executive_sponsor", "Executive sponsor"),
                            ],
                            max_length=17,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "strength",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="1 negative or avoiding … 5 advocate.", null=True
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("left_on", models.DateField(blank=True, null=True)),
                ("met_on", models.DateField(help_text="Known to us since.")),
                ("consent_at", models.DateTimeField(blank=True, null=True)),
                ("do_not_contact", models.BooleanField(default=False)),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Lower("email"), name="contact_email"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_active", True), ("left_on__isnull", True)),
                            models.Q(("is_active", False), ("left_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="contact_left_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("strength__isnull", True), ("strength__range", (1, 5)), _connector="OR"
                        ),
                        name="contact_strength_is_1_to_5",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InteractionContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participations",
                        to="accounts.contact",
                    ),
                ),
                (
                    "interaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participations",
                        to="accounts.interaction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("interaction"),
                        models.F("contact"),
                        name="interaction_contact_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=160, unique=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("in_app", "In-app")], max_length=6
                    ),
                ),
                ("subject", models.CharField(max_length=300)),
                ("body", models.TextField(blank=True)),
                ("link", models.CharField(blank=True, max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("leased", "Leased"),
                            ("sent", "Sent"),
                            ("suppressed", "Suppressed"),
                            ("dead", "Dead"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("next_at", models.DateTimeField()),
                (
                    "valid_until",
                    models.DateTimeField(blank=True, help_text="Too late after this.", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("fence", models.BigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="accounts.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="accounts.contact",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("next_at"),
                        condition=models.Q(("state__in", ("new", "leased"))),
                        name="outbox_due",
                    ),
                    models.Index(
                        models.F("user"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("channel", "in_app")),
                        name="outbox_inbox",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(
                                models.Q(("state", "sent"), _negated=True),
                                ("sent_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="outbox_sent_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("user__isnull", False),
                                ("contact__isnull", False),
                                _connector="XOR",
                            ),
                            ("state", "suppressed"),
                            _connector="OR",
                        ),
                        name="outbox_has_one_recipient",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AttributeHistory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attribute",
                    models.CharField(
                        choices=[
                            ("segment", "Segment"),
                            ("touch_tier", "Touch tier"),
                            ("owner", "Owner"),
                            ("plan", "Plan"),
                            ("seats", "Seats"),
                            ("status", "Status"),
                            ("stage", "Stage"),
                            ("roles", "Roles"),
                            ("active", "Active"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        help_text="Ids for owner and plan; comma list for roles.", max_length=200
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("learned_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="accounts.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="accounts.contact",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("attribute"),
                        models.F("account"),
                        models.F("valid_from"),
                        name="history_cut",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="history_ends_after_it_starts",
                    ),
                    models.UniqueConstraint(
                        models.F("account"),
                        models.F("contact"),
                        models.F("attribute"),
                        condition=models.Q(("valid_to__isnull", True)),
                        name="history_one_present_value",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactAudit",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("c_level", "C-level"),
                            ("vp", "VP"),
                            ("director", "Director"),
                            ("manager", "Manager"),
                            ("user", "User"),
                        ],
                        default=accounts.catalogue.ContactLevel["USER"],
                        max_length=8,
                    ),
                ),
                ("job_function", models.CharField(blank=True, max_length=80)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("economic_buyer", "Economic buyer"),
                                ("champion", "Champion"),
                                ("influencer", "Influencer"),
                                ("end_user", "End user"),
                                ("blocker", "Blocker"),
                                ("technical_owner", "Technical owner"),
                                ("executive_sponsor", "Executive sponsor"),
                            ],
                            max_length=17,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "strength",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="1 negative or avoiding … 5 advocate.", null=True
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("left_on", models.DateField(blank=True, null=True)),
                ("met_on", models.DateField(help_text="Known to us since.")),
                ("consent_at", models.DateTimeField(blank=True, null=True)),
                ("do_not_contact", models.BooleanField(default=False)),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
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
                        to="accounts.contact",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9._~-]{1,64}$",
                                "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores.",
                            )
                        ],
                    ),
                ),
                ("starts_on", models.DateField()),
                (
                    "ends_on",
                    models.DateField(help_text="The renewal date; the contract does not cover it."),
                ),
                ("arr_minor", models.BigIntegerField()),
                (
                    "currency",
                    models.CharField(
                        max_length=3, validators=[accounts.models.installation.validate_currency]
                    ),
                ),
                ("term_months", models.PositiveSmallIntegerField(default=12)),
                ("auto_renew", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("renewed", "Renewed"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default=accounts.catalogue.ContractState["ACTIVE"],
                        max_length=9,
                    ),
                ),
                (
                    "closed_on",
                    models.DateField(
                        blank=True,
                        help_text="When it was renewed, cancelled or declared expired.",
                        null=True,
                    ),
                ),
                ("learned_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="accounts.account",
                    ),
                ),
                (
                    "renews",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal",
                        to="accounts.contract",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("account"), models.F("starts_on"), name="contract_account"
                    ),
                    models.Index(
                        models.F("ends_on"),
                        condition=models.Q(("state", "active")),
                        name="contract_open_end",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="contract_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("arr_minor__gte", 0)), name="contract_arr_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("product", models.CharField(max_length=80)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("arr_minor", models.BigIntegerField()),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="accounts.contract",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("contract"),
                        models.F("product"),
                        name="contract_line_once_a_product",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CurrencyRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        max_length=3, validators=[accounts.models.installation.validate_currency]
                    ),
                ),
                (
                    "base",
                    models.CharField(
                        max_length=3, validators=[accounts.models.installation.validate_currency]
                    ),
                ),
                ("valid_from", models.DateField()),
                ("rate", models.DecimalField(decimal_places=10, max_digits=20)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("currency"),
                        models.F("base"),
                        models.F("valid_from"),
                        name="rate_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="rate_is_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DirtyAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "marked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                (
                    "source",
                    models.CharField(
                        help_text="A file's name, or the key that sent it.", max_length=80
                    ),
                ),
                ("digest", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                        default="running",
                        max_length=7,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("read", models.PositiveIntegerField(default=0)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                ("warnings", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "api_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="imports",
                        to="accounts.apikey",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="imports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("state", "running")),
                            models.Q(
                                models.Q(("state", "running"), _negated=True),
                                ("finished_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="import_end_is_dated",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RejectedRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("rejected", "Rejected"), ("warning", "Warning")],
                        default="rejected",
                        max_length=8,
                    ),
                ),
                (
                    "position",
                    models.PositiveIntegerField(help_text="Line of a file, or index in a request."),
                ),
                ("field", models.CharField(blank=True, max_length=80)),
                ("code", models.CharField(max_length=40)),
                ("message", models.CharField(max_length=500)),
                ("record", models.JSONField(default=dict)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="problems",
                        to="accounts.importrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InboxReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=255)),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the decompressed body.", max_length=64),
                ),
                ("batch_id", models.BigIntegerField(null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        help_text="Empty while it is worked on.", null=True
                    ),
                ),
                ("answer", models.JSONField(null=True)),
            ],
            options={
                "indexes": [models.Index(models.F("received_at"), name="inbox_receipt_age")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("source"), models.F("key"), name="inbox_batch_counts_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Installation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(default="My company", max_length=120)),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        help_text="Decides what “day” means everywhere.",
                        max_length=64,
                        validators=[accounts.models.installation.validate_time_zone],
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="USD",
                        help_text="Reports convert into this currency.",
                        max_length=3,
                        validators=[accounts.models.installation.validate_currency],
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("own", "Own"), ("team", "Team"), ("all", "All")],
                        default=accounts.catalogue.Visibility["TEAM"],
                        help_text="What a CSM may read beside their own accounts. Changes always stay own.",
                        max_length=4,
                    ),
                ),
                (
                    "as_of",
                    models.DateField(
                        blank=True,
                        help_text="Freeze “today” on this day, for imported history. Empty: the real day.",
                        null=True,
                    ),
                ),
                (
                    "overdue_grace_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="A contract that ended without a renewal counts for this long, then as churn.",
                    ),
                ),
                ("is_demo", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="installation_is_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InstallationAudit",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(default="My company", max_length=120)),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        help_text="Decides what “day” means everywhere.",
                        max_length=64,
                        validators=[accounts.models.installation.validate_time_zone],
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="USD",
                        help_text="Reports convert into this currency.",
                        max_length=3,
                        validators=[accounts.models.installation.validate_currency],
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("own", "Own"), ("team", "Team"), ("all", "All")],
                        default=accounts.catalogue.Visibility["TEAM"],
                        help_text="What a CSM may read beside their own accounts. Changes always stay own.",
                        max_length=4,
                    ),
                ),
                (
                    "as_of",
                    models.DateField(
                        blank=True,
                        help_text="Freeze “today” on this day, for imported history. Empty: the real day.",
                        null=True,
                    ),
                ),
                (
                    "overdue_grace_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="A contract that ended without a renewal counts for this long, then as churn.",
                    ),
                ),
                ("is_demo", models.BooleanField(default=False, editable=False)),
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
                        to="accounts.installation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UsageDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "day",
                        "feature_id",
                        "learned_on",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "feature",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.feature",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                ("day", models.DateField()),
                ("learned_on", models.DateField(help_text="The day itself, unless learned later.")),
                ("events", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("events__gte", 0)), name="usage_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "day",
                        "learned_on",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                ("day", models.DateField()),
                ("learned_on", models.DateField()),
                ("sessions", models.IntegerField()),
                ("minutes", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="UserMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "month",
                        "user_key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                ("month", models.DateField(help_text="Its first day.")),
                (
                    "user_key",
                    models.CharField(help_text="The product's own id of the user.", max_length=64),
                ),
                ("days", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="user_month_starts_on_the_first"
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="installation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "accounts_installationaudit" ("as_of", "currency", "id", "is_demo", "name", "overdue_grace_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "visibility") VALUES (NEW."as_of", NEW."currency", NEW."id", NEW."is_demo", NEW."name", NEW."overdue_grace_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."time_zone", NEW."visibility"); RETURN NULL;',
                    hash="e860aaf9ac97c5b5137a6dc4f7d37290cff3f146",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1807d",
                    table="accounts_installation",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="interaction",
            name="contacts",
            field=models.ManyToManyField(
                blank=True,
                related_name="interactions",
                through="accounts.InteractionContact",
                to="accounts.contact",
            ),
        ),
        migrations.AddField(
            model_name="pool",
            name="members",
            field=models.ManyToManyField(
                blank=True, related_name="pools", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="managers",
            field=models.ManyToManyField(
                blank=True, related_name="managed_teams", to=settings.AUTH_USER_MODEL
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."consent_at" IS DISTINCT FROM (NEW."consent_at") OR OLD."do_not_contact" IS DISTINCT FROM (NEW."do_not_contact") OR OLD."erased_at" IS DISTINCT FROM (NEW."erased_at") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."job_function" IS DISTINCT FROM (NEW."job_function") OR OLD."left_on" IS DISTINCT FROM (NEW."left_on") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."met_on" IS DISTINCT FROM (NEW."met_on") OR OLD."roles" IS DISTINCT FROM (NEW."roles") OR OLD."strength" IS DISTINCT FROM (NEW."strength"))',
                    func='INSERT INTO "accounts_contactaudit" ("account_id", "consent_at", "do_not_contact", "erased_at", "external_id", "id", "is_active", "job_function", "left_on", "level", "met_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roles", "strength") VALUES (NEW."account_id", NEW."consent_at", NEW."do_not_contact", NEW."erased_at", NEW."external_id", NEW."id", NEW."is_active", NEW."job_function", NEW."left_on", NEW."level", NEW."met_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."roles", NEW."strength"); RETURN NULL;',
                    hash="601310b6d3ba289b976028f3bb3e2d6527522f93",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_15daf",
                    table="accounts_contact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_contactaudit" ("account_id", "consent_at", "do_not_contact", "erased_at", "external_id", "id", "is_active", "job_function", "left_on", "level", "met_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roles", "strength") VALUES (OLD."account_id", OLD."consent_at", OLD."do_not_contact", OLD."erased_at", OLD."external_id", OLD."id", OLD."is_active", OLD."job_function", OLD."left_on", OLD."level", OLD."met_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."roles", OLD."strength"); RETURN NULL;',
                    hash="23eee80bb400600098f8fced1602309577423179",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_115a7",
                    table="accounts_contact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contactaudit",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a3b29e1a5734e3f154a582922f0f0c13303bacd2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b6950",
                    table="accounts_contactaudit",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="installationaudit",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="21755cee22b4e1b829ac7c6e58f3732d752b2bfe",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_473fa",
                    table="accounts_installationaudit",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="accountaudit",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d6973b4e8377441646374a15ab53f15b6a3ec770",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_13734",
                    table="accounts_accountaudit",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account_executive_id" IS DISTINCT FROM (NEW."account_executive_id") OR OLD."complexity" IS DISTINCT FROM (NEW."complexity") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."customer_since" IS DISTINCT FROM (NEW."customer_since") OR OLD."domain" IS DISTINCT FROM (NEW."domain") OR OLD."executive_sponsor_id" IS DISTINCT FROM (NEW."executive_sponsor_id") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."growth_potential" IS DISTINCT FROM (NEW."growth_potential") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."industry" IS DISTINCT FROM (NEW."industry") OR OLD."is_strategic" IS DISTINCT FROM (NEW."is_strategic") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."override_reason" IS DISTINCT FROM (NEW."override_reason") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."parent_id" IS DISTINCT FROM (NEW."parent_id") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."pool_id" IS DISTINCT FROM (NEW."pool_id") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."seats" IS DISTINCT FROM (NEW."seats") OR OLD."segment" IS DISTINCT FROM (NEW."segment") OR OLD."segment_override" IS DISTINCT FROM (NEW."segment_override") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."strategic_fit" IS DISTINCT FROM (NEW."strategic_fit") OR OLD."tags" IS DISTINCT FROM (NEW."tags") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."touch_tier" IS DISTINCT FROM (NEW."touch_tier") OR OLD."touch_tier_override" IS DISTINCT FROM (NEW."touch_tier_override") OR OLD."usage_limit" IS DISTINCT FROM (NEW."usage_limit"))',
                    func='INSERT INTO "accounts_accountaudit" ("account_executive_id", "complexity", "currency", "customer_since", "domain", "executive_sponsor_id", "external_id", "growth_potential", "id", "industry", "is_strategic", "name", "override_reason", "owner_id", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "pool_id", "region", "seats", "segment", "segment_override", "stage", "status", "strategic_fit", "tags", "time_zone", "touch_tier", "touch_tier_override", "usage_limit") VALUES (NEW."account_executive_id", NEW."complexity", NEW."currency", NEW."customer_since", NEW."domain", NEW."executive_sponsor_id", NEW."external_id", NEW."growth_potential", NEW."id", NEW."industry", NEW."is_strategic", NEW."name", NEW."override_reason", NEW."owner_id", NEW."parent_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."pool_id", NEW."region", NEW."seats", NEW."segment", NEW."segment_override", NEW."stage", NEW."status", NEW."strategic_fit", NEW."tags", NEW."time_zone", NEW."touch_tier", NEW."touch_tier_override", NEW."usage_limit"); RETURN NULL;',
                    hash="8c40726284a65d2be26cbcdcf61c6ea985c02a30",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_834ae",
                    table="accounts_account",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_accountaudit" ("account_executive_id", "complexity", "currency", "customer_since", "domain", "executive_sponsor_id", "external_id", "growth_potential", "id", "industry", "is_strategic", "name", "override_reason", "owner_id", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "pool_id", "region", "seats", "segment", "segment_override", "stage", "status", "strategic_fit", "tags", "time_zone", "touch_tier", "touch_tier_override", "usage_limit") VALUES (OLD."account_executive_id", OLD."complexity", OLD."currency", OLD."customer_since", OLD."domain", OLD."executive_sponsor_id", OLD."external_id", OLD."growth_potential", OLD."id", OLD."industry", OLD."is_strategic", OLD."name", OLD."override_reason", OLD."owner_id", OLD."parent_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."pool_id", OLD."region", OLD."seats", OLD."segment", OLD."segment_override", OLD."stage", OLD."status", OLD."strategic_fit", OLD."tags", OLD."time_zone", OLD."touch_tier", OLD."touch_tier_override", OLD."usage_limit"); RETURN NULL;',
                    hash="9f51942492a6940ba491db1ba7e3e6e5c6480a1a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f7f6a",
                    table="accounts_account",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="revenuemovement",
            trigger=pgtrigger.compiler.Trigger(
                name="ledger_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="50d6040242240ec01e27ea8910e3cf017960d5e2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_ledger_is_append_only_60f65",
                    table="accounts_revenuemovement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_useraudit" ("absent_from", "absent_until", "cover_id", "email", "id", "is_active", "is_superuser", "joined_at", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "title") VALUES (NEW."absent_from", NEW."absent_until", NEW."cover_id", NEW."email", NEW."id", NEW."is_active", NEW."is_superuser", NEW."joined_at", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."team_id", NEW."title"); RETURN NULL;',
                    hash="63ab85174ae72057aff46da3d89af0e5fda43206",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3867c",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."absent_from" IS DISTINCT FROM (NEW."absent_from") OR OLD."absent_until" IS DISTINCT FROM (NEW."absent_until") OR OLD."cover_id" IS DISTINCT FROM (NEW."cover_id") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."title" IS DISTINCT FROM (NEW."title"))',
                    func='INSERT INTO "accounts_useraudit" ("absent_from", "absent_until", "cover_id", "email", "id", "is_active", "is_superuser", "joined_at", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "title") VALUES (NEW."absent_from", NEW."absent_until", NEW."cover_id", NEW."email", NEW."id", NEW."is_active", NEW."is_superuser", NEW."joined_at", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."team_id", NEW."title"); RETURN NULL;',
                    hash="aaceb77168801ea1c31f86fff1671e404995d528",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e890",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_useraudit" ("absent_from", "absent_until", "cover_id", "email", "id", "is_active", "is_superuser", "joined_at", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "title") VALUES (OLD."absent_from", OLD."absent_until", OLD."cover_id", OLD."email", OLD."id", OLD."is_active", OLD."is_superuser", OLD."joined_at", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."team_id", OLD."title"); RETURN NULL;',
                    hash="5e5adf239c86e44ce31fb510ffd04ec10f7547b9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_19f14",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="useraudit",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b1a1377bfd16ebb21226334a6055ecc2bfc283f8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8dcd8",
                    table="accounts_useraudit",
                    when="BEFORE",
                ),
            ),
        ),
    ]
