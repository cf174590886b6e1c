"""Tells somebody of ours, in the app and by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import choice, paragraph
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import StepKind
from playbooks.triggers.names import RowNames
from playbooks.triggers.vocabulary import label


class NotifyStepForm(StepForm):
    kind = StepKind.NOTIFY

    def own_fields(self) -> dict[str, forms.Field]:
        return {
            "owner": choice(_("Who is told"), self.known.roles, empty=_("Choose who")),
            "guidance": paragraph(_("What they read"), most=2000),
        }

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"owner": part["owner"], "guidance": part["guidance"]}

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"owner": values["owner"], "guidance": values["guidance"]}


def says(step: StepDefinition, names: RowNames) -> StepWords:
    who = gettext("Notice to %s") % label(step.owner_role)
    return StepWords(who, step.title, (step.guidance,) if step.guidance else ())


ROOM = KindRoom(
    StepKind.NOTIFY,
    _("Notice"),
    _("Somebody of ours is told, in the app and by mail."),
    "bell",
    NotifyStepForm,
    says,
)
