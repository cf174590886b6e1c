"""What a scorecard is made of; the parts of a published version never change (triggers)."""

from __future__ import annotations

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from health.definitions import LONGEST_NAME
from health.models.scorecard import Scorecard, percent
from health.scoring import NotationError, Tone, parse_conditions, parse_curve


def _frozen_when_published(name: str) -> pgtrigger.Trigger:
    """Refuses any change to a part of a published scorecard, inserts included."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("card", "bigint")],
        func="""
            card := CASE WHEN TG_OP = 'INSERT' THEN NEW.scorecard_id ELSE OLD.scorecard_id END;
            IF EXISTS (SELECT 1 FROM health_scorecard WHERE id = card AND state = 'published') THEN
                RAISE EXCEPTION 'a published scorecard never changes: copy it to a draft';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class Component(models.Model):
    """Holds measures or other components, three levels deep at most."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="components")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    weight = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=percent,
        help_text=_("Per cent; the weights of one level add up to 100."),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("scorecard", "key", name="component_once_a_card")]
        triggers = [_frozen_when_published("published_component_never_changes")]

    def __str__(self) -> str:
        return self.name


def validate_curve(text: str) -> None:
    try:
        parse_curve(text)
    except NotationError as problem:
        raise ValidationError(str(problem)) from problem


def validate_conditions(text: str) -> None:
    try:
        parse_conditions(text)
    except NotationError as problem:
        raise ValidationError(str(problem)) from problem


class Measure(models.Model):
    """A measure of the catalogue in a component: its weight there, and its curve."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="measures")
    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="measures")
    key = models.CharField(max_length=LONGEST_NAME)
    weight = models.DecimalField(max_digits=5, decimal_places=2, validators=percent)
    curve = models.CharField(
        max_length=500,
        validators=[validate_curve],
        help_text=_("Lines: “0 → 0, 0.5 → 75”. Steps: “< 2 → 20, ≤ 20 → 80, else → 100”."),
    )
    penalties = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("Points taken off for each: “upsells_declined_90d × 30”, parted by commas."),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("scorecard", "key", name="measure_once_a_card")]
        triggers = [_frozen_when_published("published_measure_never_changes")]

    def __str__(self) -> str:
        return self.key


class Gate(models.Model):
    """Caps a component while its condition holds, whatever the weights say."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="gates")
    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="gates")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    condition = models.CharField(
        max_length=300,
        validators=[validate_conditions],
        help_text=_("Such as “champions = 0 and champions_left_60d ≥ 1”."),
    )
    cap = models.DecimalField(max_digits=5, decimal_places=2, validators=percent)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("scorecard", "key", name="gate_once_a_card")]
        triggers = [_frozen_when_published("published_gate_never_changes")]

    def __str__(self) -> str:
        return self.name


class Band(models.Model):
    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="bands")
    key = models.SlugField(max_length=20)
    name = models.CharField(max_length=40)
    lower = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=percent,
        help_text=_("Its lower bound, inclusive."),
    )
    at_risk = models.BooleanField(
        default=False, help_text=_("ARR of accounts in this band counts as at risk.")
    )
    tone = models.CharField(
        max_length=9,
        choices=[
            (Tone.HEALTHY.value, "Healthy: green"),
            (Tone.WATCH.value, "Watch: amber"),
            (Tone.INTERVENE.value, "Intervene: red"),
        ],
        help_text=_("What it looks like on every page."),
    )
    order = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(1000)],
        help_text=_("Its place among the bands of all scorecards, the lowest first: the best."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("scorecard", "key", name="band_once_a_card"),
            models.UniqueConstraint("scorecard", "lower", name="band_bound_once_a_card"),
            models.CheckConstraint(
                name="band_has_a_tone", condition=Q(tone__in=[tone.value for tone in Tone])
            ),
        ]
        triggers = [_frozen_when_published("published_band_never_changes")]

    def __str__(self) -> str:
        return self.name


class AlertLine(models.Model):
    """A value that crosses like a band, such as 40."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="alert_lines")
    value = models.DecimalField(max_digits=5, decimal_places=2, validators=percent)

    class Meta:
        constraints = [models.UniqueConstraint("scorecard", "value", name="line_once_a_card")]
        triggers = [_frozen_when_published("published_line_never_changes")]

    def __str__(self) -> str:
        return f"{self.value:f}"
