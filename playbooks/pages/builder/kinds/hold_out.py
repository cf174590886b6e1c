"""Leaves some accounts alone, to learn what the playbook changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import whole
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import HoldOut, StepKind
from playbooks.triggers.names import RowNames


class HoldOutStepForm(StepForm):
    kind = StepKind.HOLD_OUT

    def own_fields(self) -> dict[str, forms.Field]:
        return {"percent": whole(_("Of a hundred accounts so many"), lowest=1, highest=50)}

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"percent": part.get("percent")}

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"percent": values["percent"]}


def says(step: StepDefinition, names: RowNames) -> StepWords:
    percent = step.action.percent if isinstance(step.action, HoldOut) else 0
    words = gettext("%s of a hundred accounts are left alone, drawn once and for all") % percent
    return StepWords(gettext("Hold-out"), step.title, (words,))


ROOM = KindRoom(
    StepKind.HOLD_OUT,
    _("Hold-out"),
    _("Some accounts are left alone, to learn what the playbook changes."),
    "circle-dashed",
    HoldOutStepForm,
    says,
)
