"""Why a version comes into force: it stands in the history and on every chart."""

from django import forms


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=250,
        error_messages={
            "required": "Say why: the reason stands in the history and on every chart.",
            "max_length": "Keep the reason below 250 characters: it stands on charts.",
        },
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
