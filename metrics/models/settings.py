"""What CS ops decides: the targets, and the probabilities of the forecast."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import choices, label
from metrics.definitions import RATES, Rate


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="RetentionTargetAudit",
    append_only=True,
)
class RetentionTarget(models.Model):
    """What a segment should reach; without a segment it holds for all accounts together."""

    rate = models.CharField(max_length=4, choices=choices(Rate))
    segment = models.CharField(max_length=10, blank=True, help_text=_("Empty: all accounts."))
    low = models.DecimalField(max_digits=5, decimal_places=4, help_text=_("A rate: 1.15 is 115 %."))
    high = models.DecimalField(max_digits=5, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint("rate", "segment", name="retention_target_once"),
            models.CheckConstraint(
                name="retention_target_low_to_high", condition=Q(low__gt=0, high__gte=F("low"))
            ),
        ]

    def __str__(self) -> str:
        of = label(self.segment) if self.segment else "all accounts"
        return f"{RATES[Rate(self.rate)].title} of {of}: {self.low:.0%} to {self.high:.0%}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="RenewalChanceAudit",
    append_only=True,
)
class RenewalChance(models.Model):
    """How likely a renewal is at a health score: what the forecast multiplies its ARR with.

    The row from 0 on and the one without a score are always there, so that every renewal has one.
    """

    lower = models.DecimalField(
        "score from",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Inclusive, up to the next row. Empty: accounts without a score."),
    )
    chance = models.DecimalField(
        "probability", max_digits=5, decimal_places=4, help_text=_("0.85 is 85 %.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("lower", name="renewal_chance_once", nulls_distinct=False),
            models.CheckConstraint(
                name="renewal_chance_in_range",
                condition=(Q(lower=None) | Q(lower__gte=0, lower__lte=100))
                & Q(chance__gte=0, chance__lte=1),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="renewal_chance_covers_all",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__lower__isnull=True) | pgtrigger.Q(old__lower=0),
            ),
            pgtrigger.Protect(
                name="renewal_chance_keeps_its_bound",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__lower__df=pgtrigger.F("new__lower")),
            ),
        ]

    def __str__(self) -> str:
        return f"{'no score' if self.lower is None else f'from {self.lower:f}'}: {self.chance:.0%}"
