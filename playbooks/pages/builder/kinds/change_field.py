"""Changes a field of the account, as nobody's change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import catalogue
from accounts.catalogue import AccountField, LifecycleStage
from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import choice, text
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import ChangeField, StepKind
from playbooks.triggers.names import RowNames

_FIELDS = [
    (AccountField.STAGE.value, _("its stage")),
    (AccountField.ADD_TAG.value, _("add a tag")),
    (AccountField.REMOVE_TAG.value, _("take a tag away")),
]


class ChangeFieldStepForm(StepForm):
    kind = StepKind.CHANGE_FIELD

    def own_fields(self) -> dict[str, forms.Field]:
        stages = [(each.value, catalogue.label(each)) for each in LifecycleStage]
        return {
            "field": choice(_("What changes"), _FIELDS),
            "stage": choice(_("Stage"), stages, empty=_("Choose a stage"), required=False),
            "tag": text(_("Tag"), most=40, required=False),
        }

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        field, value = next(iter((part.get("set") or {"stage": ""}).items()))
        is_stage = field == AccountField.STAGE
        return {
            "field": field,
            "stage": value if is_stage else "",
            "tag": "" if is_stage else value,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name = self._value_field_name(cleaned)
        if not cleaned.get(name):
            self.add_error(name, gettext("Say which."))
        return cleaned

    def _value_field_name(self, values: Mapping[str, Any]) -> str:
        return "stage" if values.get("field") == AccountField.STAGE else "tag"

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"set": {values["field"]: values[self._value_field_name(values)]}}


def says(step: StepDefinition, names: RowNames) -> StepWords:
    change = step.action
    if not isinstance(change, ChangeField) or not change.value:
        return StepWords(gettext("By itself"), step.title)
    words = {
        AccountField.STAGE: gettext("The stage becomes %s"),
        AccountField.ADD_TAG: gettext("The tag %s is added"),
        AccountField.REMOVE_TAG: gettext("The tag %s is taken away"),
    }[change.field]
    is_stage = change.field is AccountField.STAGE
    value = catalogue.label(change.value) if is_stage else f"“{change.value}”"
    return StepWords(gettext("By itself"), step.title, (words % value,))


ROOM = KindRoom(
    StepKind.CHANGE_FIELD,
    _("Change a field"),
    _("The stage of the account, or a tag."),
    "pencil",
    ChangeFieldStepForm,
    says,
)
