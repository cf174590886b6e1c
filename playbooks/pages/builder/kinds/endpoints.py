"""Posts to an endpoint: a channel of Slack or Teams, or another system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import choice, paragraph
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import PostTo, StepKind
from playbooks.triggers.names import RowNames, name_of


class SlackStepForm(StepForm):
    kind = StepKind.SLACK

    def own_fields(self) -> dict[str, forms.Field]:
        places = self.known.endpoints(self.kind.value)
        return {
            "to": choice(_("Where"), places, empty=_("Choose an endpoint")),
            "guidance": paragraph(_("What is read there"), most=2000, required=False),
        }

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"to": part.get("to") or "", "guidance": part["guidance"]}

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"to": values["to"], "guidance": values["guidance"]}


class TeamsStepForm(SlackStepForm):
    kind = StepKind.TEAMS


class WebhookStepForm(SlackStepForm):
    kind = StepKind.WEBHOOK


def says(step: StepDefinition, names: RowNames) -> StepWords:
    place = step.action.endpoint if isinstance(step.action, PostTo) else ""
    who = {
        StepKind.SLACK: gettext("Slack, to “%s”"),
        StepKind.TEAMS: gettext("Teams, to “%s”"),
        StepKind.WEBHOOK: gettext("Webhook, to “%s”"),
    }[step.kind]
    return StepWords(
        who % name_of(names.endpoints, place), step.title, (step.guidance,) if step.guidance else ()
    )


SLACK = KindRoom(
    StepKind.SLACK,
    "Slack",
    _("A channel is told, with buttons for the task."),
    "message-square",
    SlackStepForm,
    says,
)
TEAMS = KindRoom(
    StepKind.TEAMS,
    _("Microsoft Teams"),
    _("A channel is told, with buttons for the task."),
    "message-square",
    TeamsStepForm,
    says,
)
WEBHOOK = KindRoom(
    StepKind.WEBHOOK,
    _("Webhook"),
    _("Another system is told."),
    "external-link",
    WebhookStepForm,
    says,
)
