"""Movements as they were given that are not in the ledger (yet)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import MovementKind, MovementSubtype, choices
from accounts.models.account import Account
from accounts.models.installation import validate_currency
from accounts.models.intake import ImportRun
from accounts.models.learned import Backfilled
from accounts.models.source import Source
from accounts.money.currencies import money_exact


class GivenMovement(Backfilled):
    effective_on = models.DateField()
    kind = models.CharField(max_length=12, choices=choices(MovementKind))
    amount_minor = models.BigIntegerField(help_text=_("Signed, annualised minor units."))
    currency = models.CharField(max_length=3, validators=[validate_currency])
    subtype = models.CharField(max_length=10, choices=choices(MovementSubtype), blank=True)
    reason = models.CharField(max_length=200, blank=True)
    product = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(help_text=_("When we learned it."))
    external_id = models.CharField(max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.effective_on} {self.kind} {money_exact(self.amount_minor, self.currency)}"


class HeldMovement(GivenMovement):
    """A movement given for an account whose revenue comes from contracts: kept, not counted, until
    somebody posts it as an adjustment or changes where the revenue comes from."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="held_movements", db_index=False
    )
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, db_index=False, related_name="held_movements"
    )

    class Meta:
        constraints = [models.UniqueConstraint("external_id", "source", name="movement_held_once")]
        indexes = [models.Index("account", "effective_on", name="held_movement_account")]


class WaitingMovement(GivenMovement):
    """A given movement that shrinks ARR, until the end of its run: what it takes from may come in a
    later batch. Then it is posted, or refused as `record`, which is the row as it came."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveIntegerField(help_text=_("Line of its file."))
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    record = models.JSONField(default=dict)
    is_whole = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index("run", "account", name="waiting_movement_of_run")]
