"""What a person has said about money that was only assumed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.models.contract import Contract
from accounts.models.people import User
from accounts.models.scope import AccountScopedQuerySet


class RenewalConfirmation(models.Model):
    """That a contract renewed itself on that day, and at what ARR: who said so, and when."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="confirmations", db_index=False
    )
    renewed_on = models.DateField()
    arr_minor = models.BigIntegerField(help_text=_("As it was assumed."))
    currency = models.CharField(max_length=3)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("contract", "renewed_on", name="renewal_confirmed_once")
        ]
        indexes = [models.Index("account", "renewed_on", name="confirmation_account")]
        triggers = [
            pgtrigger.Protect(
                name="confirmations_are_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract} renewed on {self.renewed_on}"
