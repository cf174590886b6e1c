"""Usage of the last 120 days, packed: derived from facts that are sealed, and made again from them.

Reading an account's window is one small row a feature instead of a row a feature and day.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountScopedQuerySet


class UsagePack(models.Model):
    """Events of a core feature on each of the 120 days up to `until`, learned by then.

    `events` is 120 little-endian 32-bit integers, oldest day first. `first_day` is the account's
    first day with any usage, at least where that lies within the window.
    """

    pk = models.CompositePrimaryKey("until", "account_id", "feature_id")
    until = models.DateField()
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    feature_id = models.SmallIntegerField()
    first_day = models.DateField()
    total = models.BigIntegerField(help_text=_("All events of the window, to check it by."))
    events = models.BinaryField()

    objects = AccountScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.account_id} {self.feature_id} until {self.until}"


class UsagePacking(models.Model):
    """One row: the packs in force, good for as long as the seal has that number."""

    until = models.DateField()
    seal_number = models.IntegerField()
    features = ArrayField(models.SmallIntegerField(), help_text=_("Those that were packed."))

    class Meta:
        constraints = [models.CheckConstraint(name="one_usage_packing", condition=Q(pk=1))]

    def __str__(self) -> str:
        return self.until.isoformat()
