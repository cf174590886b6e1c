"""The period that a baseline is taken from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DayInput(forms.DateInput):
    input_type = "date"


class BaselineForm(forms.Form):
    first_day = forms.DateField(label=_("From"), widget=DayInput({"class": "input"}, "%Y-%m-%d"))
    final_day = forms.DateField(label=_("To"), widget=DayInput({"class": "input"}, "%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, final = said.get("first_day"), said.get("final_day")
        if first and final and final < first:
            self.add_error("final_day", _("The last day is before the first."))
        return said
