"""The forecast of renewals as each night made it: kept, never rewritten."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountScopedQuerySet

NOTHING_REWRITTEN = pgtrigger.Protect(name="forecast_is_kept", operation=pgtrigger.Update)


class ForecastNight(models.Model):
    """Which forecast was made on a night, and by which rates and probabilities."""

    day = models.DateField(unique=True, help_text=_("The day that the night closed."))
    taken_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    rates = models.JSONField(help_text=_("Rate by currency, as text."))
    chances = models.JSONField(help_text=_("Probability by lower bound, as text."))

    class Meta:
        triggers = [NOTHING_REWRITTEN]

    def __str__(self) -> str:
        return f"{self.day}"


class RenewalForecast(models.Model):
    """A renewal that lay ahead on a night: what was due of it and what was expected."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField(help_text=_("Of the night."))
    line = models.CharField(max_length=80, blank=True, help_text=_("Subscription, else product."))
    contract = models.CharField(max_length=64, help_text=_("External id of its first contract."))
    ends_on = models.DateField()
    state = models.CharField(max_length=18)
    segment = models.CharField(max_length=20)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    chance = models.DecimalField(max_digits=5, decimal_places=4)
    arr_minor = models.BigIntegerField(help_text=_("In the reporting currency of that night."))
    expected_minor = models.BigIntegerField(help_text=_("What was expected to be kept of it."))

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "day", "account", "line", "ends_on", "contract", name="renewal_forecast_once"
            )
        ]
        indexes = [
            # The forecasts of the renewals that ended in a quarter.
            models.Index("ends_on", "day", name="renewal_forecast_end"),
        ]
        triggers = [NOTHING_REWRITTEN]

    def __str__(self) -> str:
        return f"{self.contract} as of {self.day}"
