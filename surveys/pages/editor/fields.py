"""Fields of a draft, and each as it is shown: what is missing, wrong, or saved by somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_REQUIRED = {"required": _("This cannot be empty.")}


def line(label: Any, *, most: int, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        error_messages=_REQUIRED,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


def paragraph(label: Any, *, most: int, rows: int = 2, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "input", "rows": rows})
    return forms.CharField(
        label=label, max_length=most, required=False, help_text=help_text, widget=widget
    )


def whole(label: Any, *, lowest: int, highest: int, help_text: Any = "") -> forms.IntegerField:
    ends = {"lowest": lowest, "highest": highest}
    words = _("A whole number from %(lowest)s to %(highest)s.") % ends
    keys = ("required", "invalid", "min_value", "max_value")
    return forms.IntegerField(
        label=label,
        min_value=lowest,
        max_value=highest,
        help_text=help_text,
        error_messages=dict.fromkeys(keys, words),
        widget=forms.TextInput(
            attrs={"class": "input", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )


def one_of(label: Any, pairs: Sequence[tuple[str, Any]], help_text: Any = "") -> forms.ChoiceField:
    """All to be seen at once."""
    return forms.ChoiceField(
        label=label,
        choices=list(pairs),
        help_text=help_text,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
        widget=forms.RadioSelect,
    )


def listed(
    label: Any, pairs: Sequence[tuple[str, Any]], *, empty: Any, chosen: str, help_text: Any = ""
) -> forms.ChoiceField:
    """`empty`: what it says while nothing is chosen. What was chosen stays in the list, though
    nothing there is called so any more."""
    given = [("", empty), *pairs]
    if chosen and chosen not in dict(given):
        given.append((chosen, _("%(key)s (not there any more)") % {"key": chosen}))
    return forms.ChoiceField(
        label=label,
        choices=given,
        required=False,
        help_text=help_text,
        error_messages={"invalid_choice": _("Choose one of these.")},
        widget=forms.Select(attrs={"class": "input"}),
    )


@dataclass(frozen=True, slots=True)
class SurveyField:
    """`gap`: what is still missing there; `saved`: what somebody else saved there meanwhile;
    `first`: what the first language says; `has_focus`: where one begins."""

    bound: BoundField
    gap: str = ""
    saved: str = ""
    first: str = ""
    has_focus: bool = False

    @property
    def is_group(self) -> bool:
        return isinstance(self.bound.field.widget, forms.RadioSelect)

    @property
    def is_check(self) -> bool:
        return isinstance(self.bound.field.widget, forms.CheckboxInput)

    @property
    def described_by(self) -> str:
        """The ids of what is said about it."""
        said = {
            "error": self.bound.errors,
            "gap": self.gap,
            "saved": self.saved,
            "first": self.first,
            "helptext": self.bound.help_text,
        }
        return " ".join(f"{self.bound.auto_id}_{name}" for name, words in said.items() if words)

    @property
    def drawn(self) -> str:
        """The input, with what describes it."""
        attrs: dict[str, Any] = {}
        if self.described_by:
            attrs["aria-describedby"] = self.described_by
        if self.has_focus:
            attrs["autofocus"] = True
        return self.bound.as_widget(attrs=attrs)


def shown_fields(
    form: forms.Form,
    *,
    gaps: Mapping[str, str] | None = None,
    saved: Mapping[str, str] | None = None,
    first: Mapping[str, str] | None = None,
    focus: str = "",
) -> dict[str, SurveyField]:
    """By name. Whoever is told that something is wrong is where to mend it; else at `focus`."""
    gaps, saved, first = gaps or {}, saved or {}, first or {}
    wrong = next((name for name in form.fields if form.is_bound and name in form.errors), "")
    return {
        name: SurveyField(
            form[name],
            gap="" if name == wrong else gaps.get(name, ""),
            saved=saved.get(name, ""),
            first=first.get(name, ""),
            has_focus=name == wrong if wrong else form[name].auto_id == focus,
        )
        for name in form.fields
    }


def saved_meanwhile(form: forms.Form) -> dict[str, str]:
    """By field what the draft says now, where that is not what was typed."""
    found = {}
    for name, field in form.fields.items():
        typed, saved = form[name].value(), form.initial.get(name)
        if _as_text(typed) != _as_text(saved):
            found[name] = _in_words(field, saved)
    return found


def _as_text(value: Any) -> str:
    if value is None or value is False:
        return ""
    return str(value).replace("\r\n", "\n").strip()


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return gettext("Yes") if value else gettext("No")
    choices: Mapping[Any, Any] = dict(getattr(field, "choices", ()))
    return str(choices.get(value, _as_text(value))) or gettext("nothing")
