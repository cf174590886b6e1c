"""Who gets which scorecard."""

from __future__ import annotations

import pghistory
from django.db import models

from accounts.catalogue import LifecycleStage, choices
from accounts.models import Plan
from accounts.models.size import LONGEST_KEY


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="AssignmentRuleAudit",
    append_only=True,
)
class AssignmentRule(models.Model):
    """Which scorecard an account gets: the first rule that fits, the most specific on top."""

    position = models.PositiveSmallIntegerField(unique=True)
    scorecard_key = models.SlugField(max_length=40)
    stage = models.CharField(max_length=10, choices=choices(LifecycleStage), blank=True)
    touch_tier = models.CharField(max_length=LONGEST_KEY, blank=True)
    segment = models.CharField(max_length=LONGEST_KEY, blank=True)
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    minimum_arr = models.PositiveBigIntegerField(
        "minimum ARR",
        null=True,
        blank=True,
        help_text="Whole units of the installation's currency, inclusive.",
    )
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.position}. {self.scorecard_key}"
