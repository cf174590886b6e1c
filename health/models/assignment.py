"""Who gets which scorecard."""

from __future__ import annotations

from collections.abc import Collection

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models

from accounts.catalogue import LifecycleStage, choices
from accounts.models import Plan
from accounts.models.size import LONGEST_KEY

LAST_CATCH_ALL = (
    "This rule gives a scorecard to every account that no other rule fits. Add another rule without"
    " a condition first."
)


class AssignmentRules(models.QuerySet["AssignmentRule"]):
    def catch_alls(self) -> AssignmentRules:
        return self.filter(
            stage="", touch_tier="", segment="", plan__isnull=True, minimum_arr__isnull=True
        )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="AssignmentRuleAudit",
    append_only=True,
)
class AssignmentRule(models.Model):
    """Which scorecard an account gets: the first rule that fits, the most specific on top.

    A rule without a condition is a catch-all: the last one can be neither deleted nor given a
    condition, so that no account is left without a scorecard.
    """

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

    objects = AssignmentRules.as_manager()

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="catch_all_is_kept",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM health_assignmentrule
                        WHERE stage = '' AND touch_tier = '' AND segment = ''
                            AND plan_id IS NULL AND minimum_arr IS NULL
                    ) AND OLD.stage = '' AND OLD.touch_tier = '' AND OLD.segment = ''
                        AND OLD.plan_id IS NULL AND OLD.minimum_arr IS NULL
                    THEN
                        RAISE EXCEPTION 'the last rule without a condition is kept';
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.scorecard_key}"

    @property
    def is_catch_all(self) -> bool:
        conditions = (self.stage, self.touch_tier, self.segment)
        return not any(conditions) and self.plan_id is None and self.minimum_arr is None

    def clean(self) -> None:
        super().clean()
        if self.pk and not self.is_catch_all and are_last_catch_alls([self.pk]):
            raise ValidationError(LAST_CATCH_ALL)


def are_last_catch_alls(rules: Collection[int]) -> bool:
    """Whether some of the rules are catch-alls, and no other rule is."""
    found = AssignmentRule.objects.catch_alls()
    return found.filter(pk__in=rules).exists() and not found.exclude(pk__in=rules).exists()
