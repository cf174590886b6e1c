"""Why a version comes into force: it stands in the history and on every chart."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=250,
        error_messages={
            "required": _("Say why: the reason stands in the history and on every chart."),
            "max_length": _("Keep the reason below 250 characters: it stands on charts."),
        },
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, is_needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.required = is_needed
        if self.errors:  # the field may be far below what the page shows first
            field.widget.attrs["autofocus"] = True
