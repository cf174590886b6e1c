"""Records the request of a survey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import text
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import AskSurvey, StepKind
from playbooks.triggers.names import RowNames


class SurveyStepForm(StepForm):
    kind = StepKind.SURVEY

    def own_fields(self) -> dict[str, forms.Field]:
        field = text(_("Key of the survey"), most=40)
        words = _("Small letters, digits and _ only, a letter first.")
        field.validators.append(RegexValidator(r"^[a-z][a-z0-9_]*$", words))
        return {"survey": field}

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"survey": part.get("survey") or ""}

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"survey": values["survey"]}


def says(step: StepDefinition, names: RowNames) -> StepWords:
    key = step.action.survey if isinstance(step.action, AskSurvey) else ""
    words = gettext("Asks for the survey “%s”; nothing sends surveys yet") % key
    return StepWords(gettext("By itself"), step.title, (words,) if key else ())


ROOM = KindRoom(
    StepKind.SURVEY, _("Survey"), _("Asks for a survey."), "message-square", SurveyStepForm, says
)
