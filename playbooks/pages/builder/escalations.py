"""Who is drawn in, and when, as forms: a kind has its own fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.named_fields import filled
from playbooks.pages.builder.fields import choice, number, paragraph, several, text, whole
from playbooks.pages.builder.part_form import PartForm
from playbooks.triggers.vocabulary import EscalationKind

WORDS = {
    EscalationKind.NO_RESPONSE: _("The customer does not answer"),
    EscalationKind.SCORE_BELOW: _("The score falls further"),
    EscalationKind.SIGNALS: _("Something happens"),
}


class EscalationForm(PartForm):
    @property
    def kind(self) -> EscalationKind:
        return EscalationKind(self.part["when"])

    def made_fields(self) -> dict[str, forms.Field]:
        return {
            **self._condition_fields(),
            "escalate_to": choice(_("Who is drawn in"), self.known.roles, empty=_("Choose who")),
            "title": text(_("Title of their task"), most=160),
            "guidance": paragraph(_("What they do"), most=2000),
            "keeps_open": forms.BooleanField(
                label=_("From then on only people end the play"), required=False
            ),
            "hands_over": forms.BooleanField(
                label=_("The play ends: they go on from there"), required=False
            ),
        }

    def _condition_fields(self) -> dict[str, forms.Field]:
        match self.kind:
            case EscalationKind.NO_RESPONSE:
                return {"business_days": whole(_("Within business days"), lowest=1, highest=60)}
            case EscalationKind.SCORE_BELOW:
                score = number(_("Below"), highest=100)
                score.required = True
                return {"score": score}
            case _:
                return {
                    "signals": several(_("One of these"), self.known.signals),
                    "count": whole(_("So many of them"), lowest=1, highest=20),
                    "within_days": whole(_("Within so many days"), lowest=1, highest=365),
                }

    def read(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"count": 1, "within_days": 30, **part}

    def clean_signals(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["signals"]
        if not chosen:
            raise forms.ValidationError(gettext("Choose at least one."))
        return chosen

    def written(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        if "score" in values:
            values["score"] = f"{values['score'].normalize():f}"
        return filled({**self.part, **values})


def blank_escalation(key: str, kind: EscalationKind) -> dict[str, Any]:
    return {"key": key, "when": kind.value, "escalate_to": "", "title": "", "guidance": ""}
