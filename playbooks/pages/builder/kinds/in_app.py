"""A message in the product, to whoever of the account we know best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.library.mail import MERGE_FIELDS
from playbooks.pages.builder.fields import paragraph, text
from playbooks.pages.builder.kinds.mail import refuse_unknown_fields
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import StepKind
from playbooks.triggers.names import RowNames


class InAppStepForm(StepForm):
    kind = StepKind.IN_APP

    def own_fields(self) -> dict[str, forms.Field]:
        fields = ", ".join(f"{{{{ {name} }}}}" for name in MERGE_FIELDS)
        filled = _("These are filled in: %(fields)s") % {"fields": fields}
        return {
            "subject": text(_("Heading"), most=160),
            "body": paragraph(_("Text"), most=4000, help_text=filled),
        }

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        mail = part.get("mail") or {}
        return {"subject": mail.get("subject", ""), "body": mail.get("body", "")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_unknown_fields(self, cleaned)
        return cleaned

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"mail": {"subject": values["subject"], "body": values["body"]}}


def says(step: StepDefinition, names: RowNames) -> StepWords:
    details = (f"“{step.mail.subject}”",) if step.mail else ()
    return StepWords(gettext("Message in the product"), step.title, details)


ROOM = KindRoom(
    StepKind.IN_APP,
    _("Message in the product"),
    _("Shown to the customer when they look."),
    "mouse-pointer-click",
    InAppStepForm,
    says,
)
