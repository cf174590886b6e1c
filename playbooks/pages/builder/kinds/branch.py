"""A branch: a question about the account as it is then, and two ways on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.conditions import (
    BEHAVIOUR_CONDITIONS,
    SELDOM,
    behaviour_data,
    behaviour_fields,
    behaviour_initial,
    condition_data,
    condition_fields,
    condition_initial,
)
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.descriptions import condition_labels
from playbooks.triggers.kinds import Branch, StepKind
from playbooks.triggers.names import RowNames


class BranchStepForm(StepForm):
    kind = StepKind.BRANCH

    def own_fields(self) -> dict[str, forms.Field]:
        return {**condition_fields(self.known), **behaviour_fields(self.known)}

    def own_groups(self) -> list[tuple[Any, Sequence[str]]]:
        return [(_("More questions"), SELDOM), (_("What its people did"), BEHAVIOUR_CONDITIONS)]

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        asked = part.get("if") or {}
        return condition_initial(asked) | behaviour_initial(asked)

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"if": condition_data(values) | behaviour_data(values)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not condition_data(cleaned) | behaviour_data(cleaned):
            self.add_error(None, gettext("Ask something: every account would go the same way."))
        return cleaned


def says(step: StepDefinition, names: RowNames) -> StepWords:
    parts = (
        condition_labels(step.action.condition, names) if isinstance(step.action, Branch) else []
    )
    asks = gettext("Does the account have %s?") % ", ".join(parts) if parts else ""
    return StepWords(gettext("Branch"), step.title, (asks,) if asks else ())


ROOM = KindRoom(
    StepKind.BRANCH,
    _("Branch"),
    _("Goes on in one of two ways, by what the account is then."),
    "split",
    BranchStepForm,
    says,
)
