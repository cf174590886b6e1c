"""What the forms of a task ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.calendar import BusinessCalendar
from playbooks.due_dates import back_at
from playbooks.triggers.vocabulary import OUTCOMES, label

# Working days until it comes back.
SNOOZES = (
    (1, _("Tomorrow")),
    (3, _("In 3 working days")),
    (5, _("In a week")),
    (10, _("In two weeks")),
)
QUEUE = 0
"""In place of a person: nobody's, so that all of CS ops see it."""


def outcomes() -> dict[str, list[tuple[str, str]]]:
    """What a person may say of a task, by what it is about."""
    return {
        work.value: [(outcome.value, label(outcome)) for outcome in fitting]
        for work, fitting in OUTCOMES.items()
    }


def all_outcomes() -> list[tuple[str, str]]:
    return [choice for fitting in outcomes().values() for choice in fitting]


class CompleteForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=all_outcomes(),
        error_messages={"required": _("Say what came of it.")},
    )
    note = forms.CharField(required=False, max_length=2000)


class SkipForm(forms.Form):
    reason = forms.CharField(
        max_length=500, error_messages={"required": _("Say why it is not needed: others read it.")}
    )


class SnoozeForm(forms.Form):
    """`days` of a button, or the date somebody chose."""

    days = forms.TypedChoiceField(coerce=int, choices=SNOOZES, required=False, empty_value=None)
    on = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Choose the day as year, month and day.")},
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and not found.get("days") and not found.get("on"):
            raise forms.ValidationError(_("Choose when it comes back."))
        return found

    def until(self, now: datetime, calendar: BusinessCalendar) -> datetime:
        """The beginning of the day it comes back on."""
        if self.cleaned_data["days"]:
            return back_at(now, days=self.cleaned_data["days"], calendar=calendar)
        return calendar.start_of(self.cleaned_data["on"])


class ReassignForm(forms.Form):
    owner = forms.IntegerField(
        min_value=QUEUE,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Choose who does it from here.")
        ),
    )
