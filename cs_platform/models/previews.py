"""A preview and what it found. Everything is as of one day and one revision of a draft."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, User
from health.models import Publication, RuleSet, Scorecard

# Scores in steps of five points, from 0 up; 100 belongs to the last.
BINS = 20


Draft = Scorecard | RuleSet


class Previews(models.QuerySet["Preview"]):
    def of(self, draft: Draft) -> Previews:
        return self.filter(**subject_of(draft))


def subject_of(draft: Draft) -> dict[str, Any]:
    return {"ruleset" if isinstance(draft, RuleSet) else "scorecard": draft}


class Preview(models.Model):
    """Of a scorecard or of the assignment rules. Amounts are minor units of the installation's
    currency at the rates of `day`."""

    scorecard = models.ForeignKey(Scorecard, null=True, on_delete=models.CASCADE, related_name="+")
    ruleset = models.ForeignKey(RuleSet, null=True, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField(help_text=_("Of the draft it was computed for."))
    compared_with = models.ForeignKey(
        Scorecard, null=True, on_delete=models.PROTECT, related_name="+"
    )
    rules = models.ForeignKey(
        RuleSet,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("In force when it was computed."),
    )
    publication = models.ForeignKey(
        Publication,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The newest one of any scorecard when rules were looked at."),
    )
    day = models.DateField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)
    total = models.PositiveIntegerField(default=0, help_text=_("Accounts under this scorecard."))
    done = models.PositiveIntegerField(default=0)
    rescored = models.PositiveIntegerField(default=0, help_text=_("Accounts whose score changes."))
    cards = models.JSONField(
        default=list,
        db_default=[],
        help_text=_("[from, to, accounts, ARR] of those that change their scorecard, by its name."),
    )
    before_bins = ArrayField(models.PositiveIntegerField(), default=list)
    after_bins = ArrayField(models.PositiveIntegerField(), default=list)
    at_risk_before = ArrayField(
        models.BigIntegerField(),
        size=2,
        default=list,
        help_text=_("Accounts and ARR, as they count."),
    )
    at_risk_after = ArrayField(models.BigIntegerField(), size=2, default=list)
    before_bands = models.JSONField(
        default=list, help_text=_("[key, name, at risk, tone], best first.")
    )
    after_bands = models.JSONField(default=list)
    calm = models.JSONField(
        default=list,
        db_default=[],
        help_text=_(
            "What each margin and dwell would have done in 90 days; the draft's own first."
        ),
    )

    objects = Previews.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="preview_of_one_draft",
                condition=Q(scorecard__isnull=True) ^ Q(ruleset__isnull=True),
            )
        ]
        indexes = [models.Index(F("scorecard"), F("id").desc(), name="preview_latest")]

    def __str__(self) -> str:
        return f"{self.draft}, revision {self.revision}"

    @property
    def draft(self) -> Draft:
        found = self.ruleset or self.scorecard
        if found is None:
            raise ValueError("a preview is of a scorecard or of rules")
        return found


class PreviewCell(models.Model):
    """Accounts that are in one band today and would be in the other."""

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="cells")
    from_band = models.CharField(max_length=20)
    to_band = models.CharField(max_length=20)
    accounts = models.PositiveIntegerField()
    arr_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("preview", "from_band", "to_band", name="preview_cell_once")
        ]

    def __str__(self) -> str:
        return f"{self.from_band} → {self.to_band}: {self.accounts}"


class PreviewMover(models.Model):
    """An account that would change its band, and mainly why; or, under other rules, its scorecard.
    Scorecards are named where they differ; empty: none."""

    preview = models.ForeignKey(
        Preview, on_delete=models.CASCADE, related_name="movers", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    from_band = models.CharField(max_length=20)
    to_band = models.CharField(max_length=20)
    old_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    new_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    from_card = models.CharField(max_length=80, blank=True, default="", db_default="")
    to_card = models.CharField(max_length=80, blank=True, default="", db_default="")
    arr_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            # The list of movers, the largest first.
            models.Index(F("preview"), F("arr_minor").desc(), F("id"), name="preview_mover_size")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.from_band} → {self.to_band}"


class PreviewPlay(models.Model):
    """Plays that falls like these would start, hold back or close, counted by playbook."""

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="plays")
    playbook_key = models.CharField(max_length=60)
    playbook_name = models.CharField(max_length=120)
    result = models.CharField(
        max_length=10, help_text=_("started, queued, suppressed or recovered.")
    )
    reason = models.CharField(max_length=20, blank=True, help_text=_("Why it is suppressed."))
    accounts = models.PositiveIntegerField()
    arr_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "preview", "playbook_key", "result", "reason", name="preview_play_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.playbook_key} {self.result}: {self.accounts}"
