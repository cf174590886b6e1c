"""Why derived ARR moved: `prepare` tells it of the ledgers there are."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import accounts.models.installation

DERIVE = """
INSERT INTO accounts_ledgerdue (account_id, position)
SELECT DISTINCT account_id, 0 FROM accounts_revenuemovement
WHERE source_id = 'contracts' AND kind IN ('expansion', 'contraction', 'churn');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0061_mail_that_is_withdrawn_while_it_is_held"),
    ]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="quantity",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Seats or other units that it is priced by. Empty: not known.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="MovementPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("effective_on", models.DateField()),
                (
                    "currency",
                    models.CharField(
                        max_length=3, validators=[accounts.models.installation.validate_currency]
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("seats", "Seats"),
                            ("price", "Price"),
                            ("upsell", "Upsell"),
                            ("cross_sell", "Cross sell"),
                            ("usage", "Usage"),
                            ("downgrade", "Downgrade"),
                            ("other_currency", "Another currency"),
                            ("line_ended", "Part of it ended"),
                            ("contract_cancelled", "Cancelled"),
                            ("contract_lapsed", "Not renewed"),
                            ("not_told", "Not told"),
                        ],
                        max_length=18,
                    ),
                ),
                (
                    "amount_minor",
                    models.BigIntegerField(help_text="Signed, annualised minor units."),
                ),
                ("recorded_at", models.DateTimeField(help_text="When we learned it.")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movement_parts",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("account"),
                        models.F("effective_on"),
                        name="movement_part_account_day",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="movementpart",
            trigger=pgtrigger.compiler.Trigger(
                name="parts_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="91dda6ce19b26d6e8f693b57c0d3360906697436",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_parts_are_append_only_33c03",
                    table="accounts_movementpart",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(DERIVE, migrations.RunSQL.noop),
    ]
