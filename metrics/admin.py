"""Targets, as CS ops sets them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.catalogue import Segment, choices
from metrics.models import RetentionTarget


class TargetForm(forms.ModelForm):
    segment = forms.ChoiceField(
        choices=[("", "All accounts"), *choices(Segment)],
        required=False,
        help_text="A rate without a target for all gets those of the segments, weighted by ARR.",
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        low, high = values.get("low"), values.get("high")
        if low is not None and low <= 0:
            self.add_error("low", "A target is above 0: 1.15 stands for 115 %.")
        if low is not None and high is not None and high < low:
            self.add_error("high", "The high end is below the low one.")
        return values


@admin.register(RetentionTarget)
class RetentionTargetAdmin(admin.ModelAdmin):
    form = TargetForm
    list_display = ("rate", "segment_word", "low_percent", "high_percent")
    fields = ("rate", "segment", "low", "high")

    @admin.display(description="Segment", ordering="segment")
    def segment_word(self, target: RetentionTarget) -> str:
        return dict(choices(Segment)).get(target.segment, "All accounts")

    @admin.display(description="From", ordering="low")
    def low_percent(self, target: RetentionTarget) -> str:
        return f"{target.low * 100:.1f} %"

    @admin.display(description="To", ordering="high")
    def high_percent(self, target: RetentionTarget) -> str:
        return f"{target.high * 100:.1f} %"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("rate", "segment")
