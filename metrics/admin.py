"""Targets and the probabilities of the forecast, as CS ops sets them: entered in per cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import TrackedAdmin
from accounts.catalogue import label
from accounts.queries.sizes import segment_choices
from metrics.definitions import RATES, Rate
from metrics.models import RenewalChance, RetentionTarget


class PercentField(forms.DecimalField):
    """115 on the form is 1.15 in the model."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=5, decimal_places=2, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{(value * 100).normalize():f}" if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        entered: Decimal | None = super().clean(value)
        return None if entered is None else entered / 100


def percent_word(rate: Decimal) -> str:
    return f"{rate * 100:.1f}%"


class TargetForm(forms.ModelForm):
    rate = forms.ChoiceField(choices=[(rate.value, RATES[rate].title) for rate in Rate])
    segment = forms.ChoiceField(
        choices=lambda: [("", gettext("All accounts")), *segment_choices()],
        required=False,
        help_text=_("A rate without a target for all gets those of the segments, weighted by ARR."),
    )
    low = PercentField(
        label="From, %", help_text=_("Such as 105: below it a rate misses its target.")
    )
    high = PercentField(label="To, %", help_text=_("Such as 115."))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        low, high = values.get("low"), values.get("high")
        if low is not None and low <= 0:
            self.add_error("low", gettext("A target is above 0 %."))
        if low is not None and high is not None and high < low:
            self.add_error("high", gettext("“To” is below “From”."))
        return values


@admin.register(RetentionTarget)
class RetentionTargetAdmin(TrackedAdmin):
    form = TargetForm
    list_display = ("rate_word", "segment_word", "low_percent", "high_percent")
    fields = ("rate", "segment", "low", "high")

    @admin.display(description=_("Rate"), ordering="rate")
    def rate_word(self, target: RetentionTarget) -> str:
        return RATES[Rate(target.rate)].title

    @admin.display(description=_("Segment"), ordering="segment")
    def segment_word(self, target: RetentionTarget) -> str:
        return label(target.segment) if target.segment else gettext("All accounts")

    @admin.display(description=_("From"), ordering="low")
    def low_percent(self, target: RetentionTarget) -> str:
        return percent_word(target.low)

    @admin.display(description="To", ordering="high")
    def high_percent(self, target: RetentionTarget) -> str:
        return percent_word(target.high)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("rate", "segment")


class ChanceForm(forms.ModelForm):
    chance = PercentField(label="Probability, %", help_text=_("Such as 85."))

    def clean_chance(self) -> Any:
        chance = self.cleaned_data["chance"]
        if not 0 <= chance <= 1:
            raise forms.ValidationError(gettext("A probability is between 0 and 100 %."))
        return chance

    def clean_lower(self) -> Any:
        lower = self.cleaned_data["lower"]
        if lower is not None and not 0 <= lower <= 100:
            raise forms.ValidationError(gettext("A score is between 0 and 100."))
        return lower


@admin.register(RenewalChance)
class RenewalChanceAdmin(TrackedAdmin):
    """A bound is deleted and added, never moved; the row from 0 on and the one without a score
    stay, so that every renewal has a probability."""

    form = ChanceForm
    list_display = ("score_word", "chance_percent")
    fields = ("lower", "chance")

    @admin.display(description=_("Score"), ordering="lower")
    def score_word(self, row: RenewalChance) -> str:
        return (
            gettext("Without a score")
            if row.lower is None
            else gettext("From %(score)s") % {"score": f"{row.lower.normalize():f}"}
        )

    @admin.display(description=_("Probability of renewal"), ordering="chance")
    def chance_percent(self, row: RenewalChance) -> str:
        return percent_word(row.chance)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by(F("lower").desc(nulls_last=True))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("lower",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.lower in (None, 0):
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One at a time: deleting many would take the two that stay along."""
        return {}
