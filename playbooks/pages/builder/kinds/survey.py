"""Asks a survey, under the rules that all surveys keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import choice
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import AskSurvey, StepKind
from playbooks.triggers.names import RowNames, name_of


class SurveyStepForm(StepForm):
    kind = StepKind.SURVEY

    def own_fields(self) -> dict[str, forms.Field]:
        surveys = self.known.surveys
        return {"survey": choice(_("Which survey"), surveys, empty=_("Choose a survey"))}

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"survey": part.get("survey") or ""}

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"survey": values["survey"]}


def says(step: StepDefinition, names: RowNames) -> StepWords:
    key = step.action.survey if isinstance(step.action, AskSurvey) else ""
    words = gettext("Asks: “%s”") % name_of(names.surveys, key)
    return StepWords(gettext("By itself"), step.title, (words,) if key else ())


ROOM = KindRoom(
    StepKind.SURVEY,
    _("Survey"),
    _("Asks customers, as the survey says whom."),
    "message-square",
    SurveyStepForm,
    says,
)
