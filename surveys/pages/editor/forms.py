"""A draft as text, and why a version comes into force."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.library.definition_reader import LONGEST_FILE


class SurveyTextForm(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("The survey as YAML"),
        max_length=LONGEST_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "class": "input", "spellcheck": "false"}),
    )


class VersionReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why this version?"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
