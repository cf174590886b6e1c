"""What every table of work has that one process at a time holds for a while."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LeasedRow(models.Model):
    """Claimed, kept, put off and taken over by `accounts.work.leases`, whatever the work is.

    The states `new`, `leased` and `dead` mean the same in every table; how work ends well is its
    own.
    """

    state = models.CharField(max_length=10, default="new")
    next_at = models.DateTimeField(help_text=_("Not before this."))
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.BigIntegerField(
        default=0, help_text=_("Grows with each lease; late writers lose.")
    )
    lease_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        abstract = True


def lease_is_dated(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(state="leased", lease_until__isnull=False)
        | (~Q(state="leased") & Q(lease_until__isnull=True)),
    )
