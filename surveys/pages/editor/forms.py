"""A survey from nothing, a draft as text, another language, and why a version comes into force."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.languages import language_code
from surveys.library.definition_reader import LONGEST_FILE, is_language
from surveys.pages.editor.fields import line
from surveys.pages.editor.settings_form import scale_field

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class SurveyLanguageField(forms.CharField):
    """Typed as people call it; its value is the code."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        code = language_code(typed)
        if code is None or not is_language(code):
            words = _("“%(typed)s” is no language that we know.")
            raise ValidationError(words, params={"typed": typed})
        return code


def _language_field(label: Any) -> SurveyLanguageField:
    return SurveyLanguageField(
        label=label,
        max_length=80,
        help_text=_("Its name or code: German, de, pt-BR."),
        error_messages={"required": _("This cannot be empty.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class NewSurveyForm(forms.Form):
    """The rest is filled in on its page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = line(
            _("Name"), most=80, required=True, help_text=_("Your own, on our pages.")
        )
        self.fields["scale"] = scale_field()
        self.fields["language"] = _language_field(_("First language"))
        self.fields["key"] = line(
            _("Key"),
            most=40,
            help_text=_(
                "Small letters, digits and _; it stays, and playbooks and the API name the survey"
                " by it. Empty: made from the name."
            ),
        )

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if "name" not in said or "key" not in said:
            return said
        key = said["key"] or slugify(said["name"]).replace("-", "_")[:40].strip("_")
        if not _KEY.fullmatch(key):
            words = _("Small letters, digits and _ only, a letter first.")
            self.add_error("key", words)
        said["key"] = key
        return said


class LanguageForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = _language_field(_("Another language"))


class SurveyYamlForm(forms.Form):
    text = forms.CharField(
        label=_("The survey as YAML"),
        max_length=LONGEST_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "class": "input", "spellcheck": "false"}),
    )


class VersionReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"),
        max_length=200,
        error_messages={"required": _("Say why: it stands with the version.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
