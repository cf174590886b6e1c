"""Brings somebody to the team of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import choice
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import StepKind
from playbooks.triggers.names import RowNames
from playbooks.triggers.vocabulary import label


class AssignStepForm(StepForm):
    kind = StepKind.ASSIGN

    def own_fields(self) -> dict[str, forms.Field]:
        return {"owner": choice(_("Who joins the team"), self.known.roles, empty=_("Choose who"))}

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"owner": part["owner"]}

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"owner": values["owner"]}


def says(step: StepDefinition, names: RowNames) -> StepWords:
    joins = gettext("%s joins the team of the account, if nobody of them is there")
    return StepWords(gettext("Draw in"), step.title, (joins % label(step.owner_role),))


ROOM = KindRoom(
    StepKind.ASSIGN,
    _("Draw in"),
    _("Somebody joins the team of the account."),
    "users",
    AssignStepForm,
    says,
)
