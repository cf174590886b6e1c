import django.contrib.postgres.fields
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import playbooks.due_dates
import playbooks.triggers.vocabulary
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
            name="Playbook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=9,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("summary", models.CharField(max_length=500)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("lifecycle", "Lifecycle"),
                            ("intervention", "Intervention"),
                            ("operational", "Operational"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "family",
                    models.CharField(
                        help_text="Plays of one family answer the same trouble: one is open at a time.",
                        max_length=40,
                    ),
                ),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Within its family the higher one wins and supersedes the lower.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "owner_role",
                    models.CharField(
                        choices=[
                            ("csm", "CSM"),
                            ("onboarding_specialist", "Onboarding specialist"),
                            ("renewals_manager", "Renewals manager"),
                            ("manager", "Manager"),
                            ("account_executive", "Account executive"),
                            ("cs_ops", "CS ops"),
                            ("executive_sponsor", "Executive sponsor"),
                            ("finance", "Finance"),
                            ("legal", "Legal"),
                            ("save_team", "Save team"),
                            ("system", "System"),
                        ],
                        help_text="Who keeps this playbook in shape.",
                        max_length=21,
                    ),
                ),
                (
                    "review_cadence",
                    models.CharField(
                        choices=[("monthly", "Monthly"), ("quarterly", "Quarterly")], max_length=9
                    ),
                ),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                ("triggers", models.JSONField(default=list)),
                ("conditions", models.JSONField(blank=True, default=dict)),
                ("escalations", models.JSONField(blank=True, default=list)),
                ("success", models.JSONField(blank=True, default=list)),
                (
                    "cooldown_days",
                    models.PositiveSmallIntegerField(
                        help_text="Days after a play ended in which the account starts no new one.",
                        validators=[django.core.validators.MaxValueValidator(730)],
                    ),
                ),
                (
                    "cap_per_csm_day",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Plays opened for one CSM on one day; the rest wait. Empty: no cap.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True)),
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
                        fields=("key", "version"), name="playbook_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("key",),
                        name="playbook_one_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", True), ("state", "draft")),
                            models.Q(
                                ("published_at__isnull", False),
                                ("state__in", ("published", "retired")),
                            ),
                            _connector="OR",
                        ),
                        name="playbook_published_is_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaybookStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(help_text="1 is the first.")),
                ("key", models.SlugField(max_length=40)),
                ("title", models.CharField(max_length=160)),
                ("purpose", models.CharField(max_length=300)),
                ("guidance", models.TextField(max_length=2000)),
                (
                    "owner_role",
                    models.CharField(
                        choices=[
                            ("csm", "CSM"),
                            ("onboarding_specialist", "Onboarding specialist"),
                            ("renewals_manager", "Renewals manager"),
                            ("manager", "Manager"),
                            ("account_executive", "Account executive"),
                            ("cs_ops", "CS ops"),
                            ("executive_sponsor", "Executive sponsor"),
                            ("finance", "Finance"),
                            ("legal", "Legal"),
                            ("save_team", "Save team"),
                            ("system", "System"),
                        ],
                        max_length=21,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("call", "Call"),
                            ("video", "Video call"),
                            ("meeting", "Meeting"),
                            ("in_app", "In-app"),
                            ("internal", "Internal"),
                        ],
                        max_length=8,
                    ),
                ),
                ("due_amount", models.SmallIntegerField()),
                (
                    "due_unit",
                    models.CharField(
                        choices=[
                            ("hours", "Hours"),
                            ("business_days", "Business days"),
                            ("calendar_days", "Calendar days"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "due_from",
                    models.CharField(
                        choices=[
                            ("start", "Start"),
                            ("previous_step", "Previous step"),
                            ("contract_end", "Contract end"),
                        ],
                        default=playbooks.due_dates.Anchor["START"],
                        max_length=13,
                    ),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Working days before it is due on which the task shows up. Empty: at once.",
                        null=True,
                    ),
                ),
                (
                    "playbook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="playbooks.playbook",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("playbook", "position"),
                        name="playbook_step_in_order",
                    ),
                    models.UniqueConstraint(fields=("playbook", "key"), name="playbook_step_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlayStart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("playbook_key", models.CharField(max_length=40)),
                ("trigger_key", models.CharField(blank=True, max_length=40)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("started", "Started"),
                            ("queued", "Queued"),
                            ("suppressed", "Suppressed"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("churned", "The account has churned"),
                            ("override", "The band is overridden"),
                            ("recovered", "Recovered"),
                            ("open_play", "A play of this playbook is open"),
                            ("already_queued", "Already waiting in the queue"),
                            ("severer_match", "The same fall starts a severer play"),
                            ("severer_play", "A severer play is open"),
                            ("cooldown", "Within the cooldown"),
                        ],
                        max_length=14,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=500)),
                ("is_urgent", models.BooleanField(default=False)),
                ("rank", models.DecimalField(decimal_places=0, default=0, max_digits=24)),
                (
                    "saw",
                    models.JSONField(default=dict, help_text="What the trigger saw, as values."),
                ),
                ("decided_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="play_starts",
                        to="accounts.account",
                    ),
                ),
                (
                    "csm",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "playbook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="starts",
                        to="playbooks.playbook",
                    ),
                ),
                (
                    "signal",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty when a person started it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.signal",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("playbook_key"),
                        models.F("csm"),
                        models.OrderBy(models.F("is_urgent"), descending=True),
                        models.OrderBy(models.F("rank"), descending=True),
                        condition=models.Q(("result", "queued")),
                        name="start_queue",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("signal", "playbook_key"), name="start_once_a_signal"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("result", "suppressed"), models.Q(("reason", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("result", "suppressed"), _negated=True), ("reason", "")
                            ),
                            _connector="OR",
                        ),
                        name="start_suppressed_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Play",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("playbook_key", models.CharField(max_length=40)),
                ("family", models.CharField(max_length=40)),
                ("severity", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        default=playbooks.triggers.vocabulary.PlayState["OPEN"],
                        max_length=6,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("completed", "Completed"),
                            ("recovered", "Recovered"),
                            ("superseded", "Superseded"),
                            ("churned", "The account has churned"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                        null=True,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("why", models.CharField(max_length=500)),
                (
                    "saw",
                    models.JSONField(default=dict, help_text="What the trigger saw, as values."),
                ),
                ("opened_at", models.DateTimeField()),
                ("opened_day", models.DateField(help_text="In the installation's zone.")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("next_position", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("next_step_at", models.DateTimeField(blank=True, null=True)),
                (
                    "recovers_bands",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "recovers_score",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plays",
                        to="accounts.account",
                    ),
                ),
                (
                    "csm",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Whose daily cap it counts in: the owner at the start.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "playbook",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plays",
                        to="playbooks.playbook",
                    ),
                ),
                (
                    "start",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="play",
                        to="playbooks.playstart",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("next_step_at"),
                        condition=models.Q(("next_step_at__isnull", False), ("state", "open")),
                        name="play_step_due",
                    ),
                    models.Index(
                        models.F("account"), condition=models.Q(("state", "open")), name="play_open"
                    ),
                    models.Index(
                        models.F("account"),
                        models.F("playbook_key"),
                        models.OrderBy(models.F("closed_at"), descending=True),
                        name="play_latest_end",
                    ),
                    models.Index(
                        models.F("opened_day"),
                        models.F("playbook_key"),
                        models.F("csm"),
                        name="play_cap",
                    ),
                    models.Index(
                        models.F("account"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        name="play_of_account",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("account", "playbook_key"),
                        name="play_one_open_an_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True),
                                ("outcome__isnull", True),
                                ("state", "open"),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("outcome__isnull", False),
                                ("state", "closed"),
                            ),
                            _connector="OR",
                        ),
                        name="play_closed_has_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__isnull", True),
                            models.Q(("outcome", "cancelled"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="play_cancelled_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "escalation",
                    models.CharField(
                        blank=True, help_text="The escalation rule that made it.", max_length=40
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("guidance", models.TextField(blank=True, max_length=2500)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("call", "Call"),
                            ("video", "Video call"),
                            ("meeting", "Meeting"),
                            ("in_app", "In-app"),
                            ("internal", "Internal"),
                        ],
                        default=playbooks.triggers.vocabulary.Channel["INTERNAL"],
                        max_length=8,
                    ),
                ),
                (
                    "owner_role",
                    models.CharField(
                        choices=[
                            ("csm", "CSM"),
                            ("onboarding_specialist", "Onboarding specialist"),
                            ("renewals_manager", "Renewals manager"),
                            ("manager", "Manager"),
                            ("account_executive", "Account executive"),
                            ("cs_ops", "CS ops"),
                            ("executive_sponsor", "Executive sponsor"),
                            ("finance", "Finance"),
                            ("legal", "Legal"),
                            ("save_team", "Save team"),
                            ("system", "System"),
                        ],
                        default=playbooks.triggers.vocabulary.OwnerRole["CSM"],
                        max_length=21,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
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
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
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
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it was skipped or closed.", max_length=500
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=2000)),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        help_text="Which rule, which values, what changed.",
                        max_length=500,
                    ),
                ),
                ("closes_when", models.CharField(blank=True, max_length=300)),
                ("escalate_at", models.DateTimeField(blank=True, null=True)),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="accounts.account",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "play",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty for a task written by hand.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="playbooks.play",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="playbooks.playbookstep",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("owner"),
                        models.F("due_at"),
                        condition=models.Q(("state__in", ("open", "snoozed"))),
                        name="task_of_owner",
                    ),
                    models.Index(
                        models.F("account"),
                        models.OrderBy(models.F("due_at"), descending=True),
                        name="task_of_account",
                    ),
                    models.Index(
                        models.F("escalate_at"),
                        condition=models.Q(
                            ("escalate_at__isnull", False), ("escalated_at__isnull", True)
                        ),
                        name="task_silent",
                    ),
                    models.Index(
                        models.F("snoozed_until"),
                        condition=models.Q(("state", "snoozed")),
                        name="task_snoozed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("play", "step"), name="task_once_a_step"),
                    models.UniqueConstraint(
                        condition=models.Q(("escalation", ""), _negated=True),
                        fields=("play", "escalation"),
                        name="task_once_an_escalation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("snoozed_until__isnull", False), ("state", "snoozed")),
                            models.Q(
                                models.Q(("state", "snoozed"), _negated=True),
                                ("snoozed_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="task_snoozed_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True), ("state__in", ("open", "snoozed"))
                            ),
                            models.Q(
                                models.Q(("state__in", ("open", "snoozed")), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="task_finished_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome__isnull", False), ("state", "done")),
                            models.Q(
                                models.Q(("state", "done"), _negated=True),
                                ("outcome__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="task_done_has_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("skipped", "closed_by_itself")), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="task_skipped_has_a_reason",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="playbook",
            trigger=pgtrigger.compiler.Trigger(
                name="published_playbook_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"state\" IN ('published', 'retired'))",
                    func="\n                    IF TG_OP = 'UPDATE' AND NEW.state IN ('published', 'retired')\n                       AND to_jsonb(NEW) - 'state' - 'reviewed_on'\n                         = to_jsonb(OLD) - 'state' - 'reviewed_on' THEN\n                        RETURN NEW;\n                    END IF;\n                    RAISE EXCEPTION 'a published playbook never changes: copy it to a draft';\n                ",
                    hash="db31e01f68c6119ee755e24b15bd8b910558edf8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_published_playbook_never_changes_a4a8d",
                    table="playbooks_playbook",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="playbookstep",
            trigger=pgtrigger.compiler.Trigger(
                name="published_playbook_step_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE book bigint;",
                    func="\n                    book := CASE WHEN TG_OP = 'INSERT' THEN NEW.playbook_id\n                                 ELSE OLD.playbook_id END;\n                    IF EXISTS (SELECT 1 FROM playbooks_playbook\n                               WHERE id = book AND state <> 'draft') THEN\n                        RAISE EXCEPTION 'a published playbook never changes: copy it to a draft';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ",
                    hash="1523d33063e48b96b15480b49879915c1f14f46e",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_published_playbook_step_never_changes_769fe",
                    table="playbooks_playbookstep",
                    when="BEFORE",
                ),
            ),
        ),
    ]
