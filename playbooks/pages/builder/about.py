"""What a playbook is, and which accounts it is for, as forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from playbooks.pages.builder.conditions import (
    SELDOM,
    condition_data,
    condition_fields,
    condition_initial,
)
from playbooks.pages.builder.fields import choice, lines, lines_of, paragraph, text, whole
from playbooks.pages.builder.part_form import PartForm
from playbooks.triggers.vocabulary import Category, ReviewCadence, choices

_SAME = ("name", "summary", "purpose", "category", "owner_role", "review", "sla_days")
_LIMITS = ("cooldown_days", "cap_per_csm_day", "family", "severity")


class AboutForm(PartForm):
    def made_fields(self) -> dict[str, forms.Field]:
        return {
            "name": text(_("Name"), most=80, help_text=_("A deed: “Check-in after a slip”.")),
            "summary": paragraph(_("What it does, in a sentence"), most=500, rows=2),
            "purpose": text(
                _("What is different once a play has ended well"), most=300, required=False
            ),
            "category": choice(_("Category"), choices(Category)),
            "owner_role": choice(_("Who keeps it in shape"), self.known.roles),
            "review": choice(_("Looked through"), choices(ReviewCadence)),
            "sla_days": whole(
                _("A play is complete within so many days"),
                lowest=1,
                highest=730,
                required=False,
                help_text=_("Calendar days from the start. Empty: no such promise."),
            ),
            "success": lines(_("By what you will judge it")),
            "cooldown_days": whole(
                _("Days until it may start on the same account again"), lowest=0, highest=730
            ),
            "cap_per_csm_day": whole(
                _("At most so many plays for one CSM and day"),
                lowest=1,
                highest=1000,
                required=False,
                help_text=_("The rest wait, by ARR and risk. Empty: no cap."),
            ),
            "family": text(
                _("Family"),
                most=40,
                help_text=_("Playbooks of one family answer the same trouble: one play is open."),
            ),
            "severity": whole(
                _("Severity within the family"),
                lowest=0,
                highest=100,
                help_text=_("The higher one wins, and supersedes the lower."),
            ),
        }

    def group_names(self) -> list[tuple[Any, Sequence[str]]]:
        return [(_("Limits, and beside other playbooks"), _LIMITS)]

    def read(self, part: Mapping[str, Any]) -> dict[str, Any]:
        same = {name: part[name] for name in (*_SAME, *_LIMITS)}
        return {**same, "success": "\n".join(part["success"])}

    def written(self) -> dict[str, Any]:
        values = self.cleaned_data
        same = {name: values[name] for name in (*_SAME, *_LIMITS)}
        return {**same, "success": lines_of(values["success"])}


class AccountsForm(PartForm):
    def made_fields(self) -> dict[str, forms.Field]:
        return condition_fields(self.known) | {
            "also_churned": forms.BooleanField(
                label=_("Those that have left too"),
                required=False,
                help_text=_("A play starts there, and goes on after an account left."),
            )
        }

    def group_names(self) -> list[tuple[Any, Sequence[str]]]:
        return [(_("More questions"), (*SELDOM, "also_churned"))]

    def read(self, part: Mapping[str, Any]) -> dict[str, Any]:
        told = part["conditions"]
        return condition_initial(told) | {"also_churned": bool(told.get("also_churned"))}

    def written(self) -> dict[str, Any]:
        asked = condition_data(self.cleaned_data)
        if self.cleaned_data["also_churned"]:
            asked["also_churned"] = True
        return {"conditions": asked}


class NewPlaybookForm(forms.Form):
    """A playbook from nothing: the rest is filled in on its page."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("A deed: “Check-in after a slip”."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=40,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*$", _("Small letters, digits and _ only, a letter first.")
            )
        ],
        help_text=_("Small letters, digits and _; it stays, and the API names the playbook by it."),
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "off", "autocapitalize": "none"}
        ),
    )
