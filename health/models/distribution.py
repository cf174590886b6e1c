"""How a measure is spread over the accounts at the end of a night: what percentiles are of."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from health.definitions import LONGEST_NAME


class MeasureDistribution(models.Model):
    """Kept for good, so that a day that is judged again is held against the same accounts.

    A row for all accounts (no segment) is there for each night and measure that was asked for.
    """

    day = models.DateField(help_text=_("The day that the night closed."))
    measure = models.CharField(max_length=LONGEST_NAME)
    segment = models.CharField(
        max_length=40, blank=True, help_text=_("Its key; empty: all accounts.")
    )
    accounts = models.PositiveIntegerField(help_text=_("Accounts with a value."))
    values = ArrayField(
        models.FloatField(),
        help_text=_("Ascending; of more than 1,001 a sample at even distances."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("day", "measure", "segment", name="distribution_once_a_night")
        ]
        triggers = [
            pgtrigger.Protect(
                name="distributions_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} on {self.day}, {self.segment or 'all'}"
