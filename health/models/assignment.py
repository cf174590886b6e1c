"""Who gets which scorecard: rules in an order, in versions that are drafted and published."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import LifecycleStage, choices
from accounts.models import Plan
from accounts.models.size import LONGEST_KEY
from health.models.drafted import DATED, DraftedVersion


class RuleSet(DraftedVersion):
    """A version of the assignment rules; the one that was published last is in force."""

    class Meta:
        verbose_name = verbose_name_plural = _("assignment rules")
        constraints = [
            models.UniqueConstraint("version", name="rules_version_once"),
            models.UniqueConstraint("state", name="rules_one_draft", condition=Q(state="draft")),
            models.CheckConstraint(name="rules_published_are_dated", condition=DATED),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_rules_never_change",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
            ),
            pgtrigger.Trigger(
                name="published_rules_fit_everybody",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state="published"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM health_assignmentrule
                        WHERE rule_set_id = NEW.id
                            AND stage = '' AND touch_tier = '' AND segment = ''
                            AND plan_id IS NULL AND minimum_arr IS NULL
                    ) THEN
                        RAISE EXCEPTION 'no rule without a condition: some would get no scorecard';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Assignment rules, version {self.version}"


class AssignmentRules(models.QuerySet["AssignmentRule"]):
    def in_force(self) -> AssignmentRules:
        """In their order; none before a version was published."""
        published = RuleSet.objects.filter(state=RuleSet.State.PUBLISHED).order_by("-version")
        return self.filter(rule_set=published.values("pk")[:1]).order_by("position")

    def catch_alls(self) -> AssignmentRules:
        return self.filter(
            stage="", touch_tier="", segment="", plan__isnull=True, minimum_arr__isnull=True
        )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="AssignmentRuleAudit",
    exclude=["rule_set"],
    append_only=True,
)
class AssignmentRule(models.Model):
    """Which scorecard an account gets: the first rule that fits, the most specific on top.

    A rule without a condition is a catch-all. No version is published without one, so that no
    account is left without a scorecard.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField()
    scorecard_key = models.SlugField(max_length=40)
    stage = models.CharField(max_length=10, choices=choices(LifecycleStage), blank=True)
    touch_tier = models.CharField(max_length=LONGEST_KEY, blank=True)
    segment = models.CharField(max_length=LONGEST_KEY, blank=True)
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    minimum_arr = models.PositiveBigIntegerField(
        "minimum ARR",
        null=True,
        blank=True,
        help_text=_("Whole units of the installation's currency, inclusive."),
    )
    note = models.CharField(max_length=200, blank=True)

    objects = AssignmentRules.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("rule_set", "position", name="rule_position_once")]
        triggers = [
            pgtrigger.Trigger(
                name="rule_of_published_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("owner", "bigint")],
                func="""
                    owner := CASE WHEN TG_OP = 'INSERT' THEN NEW.rule_set_id
                        ELSE OLD.rule_set_id END;
                    IF EXISTS (
                        SELECT 1 FROM health_ruleset WHERE id = owner AND state = 'published'
                    ) THEN
                        RAISE EXCEPTION 'published rules never change: edit them as a draft';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.scorecard_key}"

    @property
    def is_catch_all(self) -> bool:
        conditions = (self.stage, self.touch_tier, self.segment)
        return not any(conditions) and self.plan_id is None and self.minimum_arr is None
