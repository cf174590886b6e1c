"""What other systems call an account."""

from __future__ import annotations

from django.db import models

from accounts.models.account import Account
from accounts.models.source import Source


class AccountId(models.Model):
    """An id of an account in a source (billing, desk, product): it finds the account there."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="further_ids")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="account_ids", db_index=False
    )
    value = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint("source", "value", name="account_id_once_a_source")]

    def __str__(self) -> str:
        return self.value
