import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_database"),
        ("metrics", "0002_targets"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("band", models.CharField(max_length=20)),
                ("at_risk", models.BooleanField()),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                (
                    "arr_minor",
                    models.BigIntegerField(help_text="In the reporting currency of that day."),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("day"),
                        models.OrderBy(models.F("arr_minor"), descending=True),
                        models.F("account"),
                        name="account_day_largest",
                    ),
                    models.Index(
                        models.F("day"),
                        models.F("band"),
                        models.OrderBy(models.F("arr_minor"), descending=True),
                        models.F("account"),
                        name="account_day_band",
                    ),
                    models.Index(
                        models.F("day"),
                        models.OrderBy(models.F("arr_minor"), descending=True),
                        models.F("account"),
                        condition=models.Q(("at_risk", True)),
                        name="account_day_at_risk",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("day"), models.F("account"), name="account_day_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("contract", models.CharField(help_text="Its external id.", max_length=64)),
                ("ends_on", models.DateField()),
                ("state", models.CharField(max_length=7)),
                ("band", models.CharField(max_length=20)),
                ("at_risk", models.BooleanField()),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("chance", models.DecimalField(decimal_places=4, max_digits=5)),
                (
                    "arr_minor",
                    models.BigIntegerField(help_text="In the reporting currency of that day."),
                ),
                ("expected_minor", models.BigIntegerField(help_text="ARR × chance.")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("day"),
                        models.F("ends_on"),
                        models.OrderBy(models.F("arr_minor"), descending=True),
                        models.F("contract"),
                        name="contract_day",
                    ),
                    models.Index(
                        models.F("day"),
                        models.F("state"),
                        models.F("ends_on"),
                        models.OrderBy(models.F("arr_minor"), descending=True),
                        models.F("contract"),
                        name="contract_day_state",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("day"), models.F("contract"), name="contract_day_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FactChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("scores", "Scores of a closed day"),
                            ("overrides", "Overridden bands"),
                            ("contracts", "Contracts"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "day",
                    models.DateField(
                        help_text="Of the scores; the first of an override; the first of a contract's quarter."
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RenewalChance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lower",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Inclusive, up to the next row. Empty: accounts without a score.",
                        max_digits=5,
                        null=True,
                        verbose_name="score from",
                    ),
                ),
                (
                    "chance",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="0.85 is 85 %.",
                        max_digits=5,
                        verbose_name="probability",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("lower"), name="renewal_chance_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lower", None),
                                models.Q(("lower__gte", 0), ("lower__lte", 100)),
                                _connector="OR",
                            ),
                            ("chance__gte", 0),
                            ("chance__lte", 1),
                        ),
                        name="renewal_chance_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("currency", models.CharField(max_length=3)),
                ("rates", models.JSONField(help_text="Rate by currency, as text.")),
                ("chances", models.JSONField(help_text="Probability by lower bound, as text.")),
                (
                    "ledger_through",
                    models.BigIntegerField(help_text="The newest movement that was seen."),
                ),
                (
                    "accounts_through",
                    models.BigIntegerField(help_text="The newest account there was."),
                ),
                (
                    "figures",
                    models.JSONField(
                        help_text="Totals only; what they add up is in the rows by day."
                    ),
                ),
            ],
        ),
        migrations.DeleteModel(
            name="HealthMonth",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="renewalchance",
            trigger=pgtrigger.compiler.Trigger(
                name="renewal_chance_covers_all",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."lower" IS NULL OR OLD."lower" = 0)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="85b1cec339dd30a35794bfa5be205e20a701f14a",
                    operation="DELETE",
                    pgid="pgtrigger_renewal_chance_covers_all_2d6a6",
                    table="metrics_renewalchance",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="renewalchance",
            trigger=pgtrigger.compiler.Trigger(
                name="renewal_chance_keeps_its_bound",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."lower" IS DISTINCT FROM (NEW."lower"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="61986883418beb72538e60a1e4aa6546da0d4777",
                    operation="UPDATE",
                    pgid="pgtrigger_renewal_chance_keeps_its_bound_c725e",
                    table="metrics_renewalchance",
                    when="BEFORE",
                ),
            ),
        ),
    ]
