"""Money that moved: the append-only revenue ledger, invoices, currency rates.

Amounts are integer minor units with their currency; ARR is annualised (MRR × 12, exactly).
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import (
    DIRECT_SOURCE,
    GROWING,
    SHRINKING,
    InvoiceState,
    MovementCause,
    MovementKind,
    MovementSubtype,
    choices,
)
from accounts.models.account import Account, external_id_validator
from accounts.models.installation import validate_currency
from accounts.models.learned import Backfilled, Learned
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.source import Source
from accounts.models.sourced import Sourced, once_a_source
from accounts.money.currencies import money_exact


class RevenueMovement(Backfilled):
    """One signed change of an account's ARR. Never updated, never deleted: corrections are rows."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="movements", db_index=False
    )
    effective_on = models.DateField(help_text=_("Counts from this day on."))
    kind = models.CharField(max_length=12, choices=choices(MovementKind))
    amount_minor = models.BigIntegerField(help_text=_("Signed, annualised minor units."))
    currency = models.CharField(max_length=3, validators=[validate_currency])
    subtype = models.CharField(max_length=10, choices=choices(MovementSubtype), blank=True)
    reason = models.CharField(max_length=200, blank=True)
    product = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(help_text=_("When we learned it."))
    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        db_index=False,
        default=DIRECT_SOURCE,
        related_name="movements",
    )
    external_id = models.CharField(max_length=120)
    corrects = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        help_text=_("The movement it takes back, whole or in part: of the same kind and day."),
    )
    is_adjustment = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Given for an account whose revenue comes from contracts, and counted on top."),
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            # An id is looked up in all sources at once, so it comes first.
            models.UniqueConstraint("external_id", "source", name="movement_posted_once"),
            models.CheckConstraint(
                name="movement_sign_fits_its_kind",
                condition=Q(kind__in=GROWING, amount_minor__gt=0, corrects__isnull=True)
                | Q(kind__in=SHRINKING, amount_minor__lt=0, corrects__isnull=True)
                | (Q(corrects__isnull=False) & ~Q(amount_minor=0)),
            ),
        ]
        indexes = [
            # ARR of an account on a day; the amount is in the index, so the table is not read.
            models.Index(
                "account",
                "effective_on",
                include=("amount_minor", "kind", "currency"),
                name="movement_account_day",
            ),
            models.Index("effective_on", name="movement_day"),
            # Which currencies there are, and what is owed in one that has no rate.
            models.Index("currency", "effective_on", name="movement_currency"),
            # What was learned since yesterday, newest first.
            models.Index("recorded_at", name="movement_recorded"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="ledger_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.effective_on} {self.kind} {money_exact(self.amount_minor, self.currency)}"


class MovementPart(models.Model):
    """Why the ARR of an account moved on a day, as its contracts tell: one cause and how much of
    what is derived from them. Never updated, never deleted: what is told anew is posted as the
    difference, so that a report as known on a day has the causes of that day."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="movement_parts", db_index=False
    )
    effective_on = models.DateField()
    currency = models.CharField(max_length=3, validators=[validate_currency])
    cause = models.CharField(max_length=18, choices=choices(MovementCause))
    amount_minor = models.BigIntegerField(help_text=_("Signed, annualised minor units."))
    recorded_at = models.DateTimeField(help_text=_("When we learned it."))

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("account", "effective_on", name="movement_part_account_day")]
        triggers = [
            pgtrigger.Protect(
                name="parts_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.effective_on} {self.cause} {money_exact(self.amount_minor, self.currency)}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="CurrencyRateAudit",
    append_only=True,
)
class CurrencyRate(models.Model):
    """One unit of `currency` in `base` from this day on, until a later rate."""

    currency = models.CharField(max_length=3, validators=[validate_currency])
    base = models.CharField(max_length=3, validators=[validate_currency])
    valid_from = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)

    class Meta:
        constraints = [
            models.UniqueConstraint("currency", "base", "valid_from", name="rate_once_a_day"),
            models.CheckConstraint(name="rate_is_positive", condition=Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from} 1 {self.currency} = {self.rate} {self.base}"


class Invoice(Sourced, Learned):
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="invoices", db_index=False
    )
    external_id = models.CharField(max_length=64, validators=[external_id_validator])
    issued_on = models.DateField()
    due_on = models.DateField()
    paid_on = models.DateField(null=True, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, validators=[validate_currency])
    state = models.CharField(
        max_length=11, choices=choices(InvoiceState), default=InvoiceState.OPEN
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            once_a_source("invoice"),
            models.CheckConstraint(
                name="invoice_paid_is_dated",
                condition=Q(state="paid", paid_on__isnull=False)
                | (~Q(state="paid") & Q(paid_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="invoice_due_after_issue", condition=Q(due_on__gte=F("issued_on"))
            ),
        ]
        indexes = [models.Index("account", "due_on", name="invoice_account_due")]

    def __str__(self) -> str:
        return self.external_id
