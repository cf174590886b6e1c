"""Contracts and their lines. Amounts are integer minor units with their currency."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import (
    AmountUnit,
    ContractState,
    choices,
)
from accounts.models.account import Account, external_id_validator
from accounts.models.installation import validate_currency
from accounts.models.learned import Backfilled
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.sourced import Sourced, once_a_source


class Contract(Sourced, Backfilled):
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="contracts", db_index=False
    )
    external_id = models.CharField(max_length=64, validators=[external_id_validator])
    starts_on = models.DateField()
    ends_on = models.DateField(
        null=True,
        blank=True,
        help_text=_("The renewal date; the contract does not cover it. Empty: open-ended."),
    )
    arr_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, validators=[validate_currency])
    amount_minor = models.BigIntegerField(
        null=True,
        blank=True,
        help_text=_("The price as the contract states it, where it does not state a year's worth."),
    )
    amount_per = models.CharField(
        max_length=7,
        choices=choices(AmountUnit),
        blank=True,
        db_default="",
        help_text=_("Unit of that price."),
    )
    term_months = models.PositiveSmallIntegerField(default=12)
    auto_renew = models.BooleanField(default=False)
    notice_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Days before the end by which notice is given. Empty: not known."),
    )
    uplift_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Rise of the price at a renewal that the contract states."),
    )
    state = models.CharField(
        max_length=9, choices=choices(ContractState), default=ContractState.ACTIVE
    )
    closed_on = models.DateField(
        null=True, blank=True, help_text=_("When it was renewed, cancelled or declared expired.")
    )
    notice_given_on = models.DateField(
        null=True, blank=True, help_text=_("When the customer gave notice; it ends nothing yet.")
    )
    cancelled_on = models.DateField(
        null=True,
        blank=True,
        help_text=_(
            "When a cancellation takes effect; that day is not covered. Empty: at the end."
        ),
    )
    renewal_on = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Derived: the next end of a contract that is taken to have renewed itself."),
    )
    subscription = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        help_text=_("Id of the subscription in its source: a later contract of it takes over."),
    )
    renews = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        validators=[external_id_validator],
        help_text=_(
            "External id of the contract of this account that it renews, as the source says."
            " One that is not known yet counts from the day it is."
        ),
    )
    replaces_earlier = models.BooleanField(
        null=True,
        blank=True,
        help_text=_(
            "Whether it takes the place of contracts of the same line that run when it starts"
            " (yes), or counts beside them (no). Empty: nobody has said."
        ),
    )
    deal = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        help_text=_(
            "Id of the deal: rows of an account that share it are one contract whose price"
            " changes on the days they start."
        ),
    )
    deal_starts_on = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Derived: when a contract of several rows began."),
    )
    steps_on = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Derived: the day on which the next row of its deal goes on: no renewal."),
    )
    quantity = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Seats or other units that it is priced by. Empty: not known."),
    )
    learned_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            once_a_source("contract"),
            models.CheckConstraint(
                name="contract_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(name="contract_arr_not_negative", condition=Q(arr_minor__gte=0)),
            models.CheckConstraint(
                name="contract_amount_has_a_unit",
                condition=Q(amount_minor__isnull=True, amount_per="")
                | (Q(amount_minor__gte=0) & ~Q(amount_per="")),
            ),
            models.CheckConstraint(
                name="contract_without_end_never_expires",
                condition=Q(ends_on__isnull=False)
                | Q(state__in=(ContractState.ACTIVE, ContractState.RENEWED))
                | Q(state=ContractState.CANCELLED, cancelled_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index("account", "starts_on", name="contract_account"),
            models.Index("currency", "ends_on", name="contract_currency"),
            # Contracts that end without a renewal, swept nightly.
            models.Index("ends_on", name="contract_open_end", condition=Q(state="active")),
            # The news of a week: renewed and lost contracts.
            models.Index("closed_on", name="contract_closed", condition=Q(closed_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.external_id


class ContractLine(models.Model):
    contract = models.ForeignKey(
        Contract, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    product = models.CharField(max_length=80)
    quantity = models.PositiveIntegerField(default=1)
    arr_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("contract", "product", name="contract_line_once_a_product")
        ]

    def __str__(self) -> str:
        return f"{self.product} × {self.quantity}"
