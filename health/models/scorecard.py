"""Scorecards as rows: drafts are edited, published versions never change (triggers see to it)."""

from __future__ import annotations

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from health.models.drafted import DATED, DraftedVersion
from health.scoring import MOST_DWELL

percent = [MinValueValidator(0), MaxValueValidator(100)]


class Scorecard(DraftedVersion):
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    recovery_margin = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=3,
        validators=percent,
        help_text=_("Rising into a band takes its lower bound plus this; falling is at once."),
    )
    rising_dwell = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MOST_DWELL)],
        help_text=_("Days the score has to stand there before it rises into a band; 0: at once."),
    )
    minimum_confidence = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=60,
        validators=percent,
        help_text=_("Per cent of the weight that must have data; below it an account is unscored."),
    )
    handled_first = models.BooleanField(
        default=False, help_text=_("Crossings under this scorecard are handled before others.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("key", "version", name="scorecard_version_once"),
            models.CheckConstraint(name="scorecard_published_is_dated", condition=DATED),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_scorecard_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class DraftEdit(models.Model):
    """What a draft said at a revision, who made it say so, and what that changed, in words."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="edits")
    revision = models.PositiveIntegerField()
    content = models.JSONField(help_text=_("Field of the draft's page → what it says."))
    changes = models.JSONField(default=list, help_text=_("Sentences, one a change."))
    edited_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("scorecard", "revision", name="draft_edit_once_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.scorecard}, revision {self.revision}"


class Publication(models.Model):
    """A version came into force. Publishing an older one again is how a mistake is rolled back."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="publications")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(name="publication_has_a_reason", condition=~Q(reason=""))
        ]
        indexes = [models.Index(F("scorecard"), F("id").desc(), name="publication_latest")]
        triggers = [
            pgtrigger.Protect(
                name="publications_are_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.scorecard} on {self.published_at:%Y-%m-%d}"
