"""Asks for a play of another playbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import choice
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import StartPlay, StepKind
from playbooks.triggers.names import RowNames, name_of


class StartPlayStepForm(StepForm):
    kind = StepKind.START_PLAY

    def own_fields(self) -> dict[str, forms.Field]:
        chosen = choice(_("Playbook"), self.known.playbooks, empty=_("Choose a playbook in force"))
        return {"playbook": chosen}

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"playbook": part.get("playbook") or ""}

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"playbook": values["playbook"]}


def says(step: StepDefinition, names: RowNames) -> StepWords:
    key = step.action.playbook if isinstance(step.action, StartPlay) else ""
    words = gettext("Asks for a play of “%s”") % name_of(names.playbooks, key) if key else ""
    return StepWords(gettext("By itself"), step.title, (words,) if words else ())


ROOM = KindRoom(
    StepKind.START_PLAY,
    _("Start another play"),
    _("Another playbook begins on the account."),
    "play",
    StartPlayStepForm,
    says,
)
