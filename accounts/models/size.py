"""Segments and touch tiers as rows, with bounds that hold from a day on."""

from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_KEY = 10


class SizeRow(models.Model):
    """`key` stands in accounts, rules, targets and playbooks, and never changes."""

    id = models.SmallAutoField(primary_key=True)
    key = models.SlugField(
        max_length=LONGEST_KEY,
        unique=True,
        help_text=_("At most 10 letters, such as mid_market: shown in words, and never changed."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="SegmentDefinitionAudit",
    append_only=True,
)
class SegmentDefinition(SizeRow):
    class Meta(SizeRow.Meta):
        verbose_name = _("segment")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="SegmentBoundAudit",
    append_only=True,
)
class SegmentBound(models.Model):
    segment = models.ForeignKey(SegmentDefinition, on_delete=models.CASCADE, related_name="bounds")
    valid_from = models.DateField(help_text=_("Holds from this day on, until a later bound."))
    arr_from = models.PositiveBigIntegerField(
        "ARR from",
        null=True,
        blank=True,
        help_text=_(
            "Whole units of the installation's currency, inclusive. Empty: given to nobody."
        ),
    )

    class Meta:
        verbose_name = _("bound")
        constraints = [models.UniqueConstraint("segment", "valid_from", name="segment_bound_once")]

    def __str__(self) -> str:
        return f"{self.segment_id} from {self.valid_from}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="TouchTierDefinitionAudit",
    append_only=True,
)
class TouchTierDefinition(SizeRow):
    class Meta(SizeRow.Meta):
        verbose_name = _("touch tier")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="TouchTierBoundAudit",
    append_only=True,
)
class TouchTierBound(models.Model):
    touch_tier = models.ForeignKey(
        TouchTierDefinition, on_delete=models.CASCADE, related_name="bounds"
    )
    valid_from = models.DateField(help_text=_("Holds from this day on, until a later bound."))
    score_from = models.PositiveSmallIntegerField(
        "tier score from",
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("0 to 100, inclusive. Empty: given to nobody."),
    )
    arr_from = models.PositiveBigIntegerField(
        "never below it from",
        null=True,
        blank=True,
        help_text=_(
            "ARR in whole units of the installation's currency from which an account is"
            " never served below this tier. Empty: the score alone decides."
        ),
    )

    class Meta:
        verbose_name = _("bound")
        constraints = [
            models.UniqueConstraint("touch_tier", "valid_from", name="touch_tier_bound_once")
        ]

    def __str__(self) -> str:
        return f"{self.touch_tier_id} from {self.valid_from}"
