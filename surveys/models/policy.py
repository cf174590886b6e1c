"""How often customers are asked, what they see, and what a score is judged against."""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

FIRST_DAYS = (30, 90)


def usual_rhythm() -> dict[str, int]:
    """Days between two NPS surveys of a person, by touch tier; others: yearly."""
    return {"high": 91, "low": 182, "tech": 365}


def validate_rhythm(value: Any) -> None:
    is_mapping = isinstance(value, dict) and all(isinstance(tier, str) for tier in value)
    if not is_mapping or not all(
        isinstance(days, int) and not isinstance(days, bool) and 30 <= days <= 730
        for days in value.values()
    ):
        raise ValidationError(_("Write days from 30 to 730 by touch tier, such as {“high”: 91}."))


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="SurveyPolicyAudit",
    append_only=True,
)
class SurveyPolicy(models.Model):
    """The one row of rules that every survey keeps, beside those for writing to customers."""

    days_between = models.PositiveSmallIntegerField(
        _("days between two surveys of a person"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    per_account = models.PositiveSmallIntegerField(
        _("surveys of an account in 30 days"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Of all its people together."),
    )
    bad_ticket_days = models.PositiveSmallIntegerField(
        _("days without NPS after a bad ticket"),
        default=14,
        validators=[MaxValueValidator(180)],
        help_text=_("A bad ticket is urgent, or was answered with 1 or 2 of 5."),
    )
    per_minute = models.PositiveSmallIntegerField(
        _("surveys sent a minute"),
        default=1_000,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("What is due beyond it goes in the minutes that follow."),
    )
    rhythm = models.JSONField(
        default=usual_rhythm,
        validators=[validate_rhythm],
        help_text=_("Days between two NPS surveys, by touch tier; first on days 30 and 90."),
    )
    low_response_percent = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(100)],
        help_text=_("A response rate below this is flagged."),
    )

    class Meta:
        verbose_name = _("rules for surveys")
        verbose_name_plural = _("rules for surveys")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="survey_policy_is_one_row"),
        ]

    def __str__(self) -> str:
        return str(_("rules for surveys"))

    @classmethod
    def current(cls) -> SurveyPolicy:
        """The row; the defaults where nobody has changed them."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="SurveyBrandingAudit",
    append_only=True,
    exclude=["logo"],
)
class SurveyBranding(models.Model):
    """What a customer sees around the questions."""

    name = models.CharField(
        max_length=80, blank=True, help_text=_("Empty: the name of the installation.")
    )
    colour = models.CharField(
        max_length=7,
        default="#4338ca",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write # and six digits or a to f."))],
        help_text=_("Of buttons and links; made darker or lighter until text on it can be read."),
    )
    logo = models.BinaryField(default=b"", blank=True, editable=True)
    logo_type = models.CharField(max_length=20, blank=True)
    privacy_url = models.URLField(
        blank=True, help_text=_("Your page about personal data; linked under each survey.")
    )

    class Meta:
        verbose_name = _("look of surveys")
        verbose_name_plural = _("look of surveys")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="survey_branding_is_one_row"),
        ]

    def __str__(self) -> str:
        return str(_("look of surveys"))

    @classmethod
    def current(cls) -> SurveyBranding:
        """The row; the defaults where nobody has changed them."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="SurveyBaselineAudit",
    append_only=True,
)
class SurveyBaseline(models.Model):
    """What a survey scored in a period that somebody chose, before anything is judged by it."""

    survey_key = models.CharField(max_length=40, unique=True)
    first_day = models.DateField()
    final_day = models.DateField()
    value = models.DecimalField(max_digits=6, decimal_places=2)
    favourable = models.PositiveIntegerField()
    neutral = models.PositiveIntegerField()
    unfavourable = models.PositiveIntegerField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("baseline of a survey")
        verbose_name_plural = _("baselines of surveys")
        constraints = [
            models.CheckConstraint(
                name="survey_baseline_begins_before_it_ends",
                condition=Q(final_day__gte=models.F("first_day")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey_key} {self.value}"
