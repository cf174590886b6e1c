"""A mail to the customer: by whom, to whom it may go, and whether somebody reads it first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.library.mail import MERGE_FIELDS, merged_names
from playbooks.pages.builder.fields import Known, choice, paragraph, text
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import Consent, Mail, Sending, StepKind
from playbooks.triggers.names import RowNames
from playbooks.triggers.vocabulary import OwnerRole, label

_SENDING = [
    (Sending.AFTER_APPROVAL.value, _("once somebody has approved it")),
    (Sending.BY_ITSELF.value, _("by itself")),
]
_CONSENT = [
    (Consent.GIVEN.value, _("only who agreed to be written to")),
    (Consent.NOT_REFUSED.value, _("whoever has not refused")),
]


def _sender_choices(known: Known) -> list[tuple[str, Any]]:
    """The platform itself writes for the company."""
    ours = _("Our company, nobody by name")
    return [(key, ours if key == OwnerRole.SYSTEM else name) for key, name in known.roles]


class MailStepForm(StepForm):
    kind = StepKind.MAIL

    def own_fields(self) -> dict[str, forms.Field]:
        fields = ", ".join(f"{{{{ {name} }}}}" for name in MERGE_FIELDS)
        return {
            "owner": choice(_("In whose name"), _sender_choices(self.known), empty=_("Choose who")),
            "consent": choice(
                _("Who may be written to"), _CONSENT, empty=_("Choose the consent rule")
            ),
            "send": choice(_("It goes out"), _SENDING),
            "urgent": forms.BooleanField(
                label=_("It must arrive: the touch budget keeps room for it before all else"),
                required=False,
            ),
            "subject": text(_("Subject"), most=160),
            "body": paragraph(
                _("Text"),
                most=4000,
                rows=8,
                help_text=_("These are filled in: %(fields)s") % {"fields": fields},
            ),
        }

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        mail = part.get("mail") or {}
        return {
            "owner": part["owner"],
            "consent": part.get("consent") or "",
            "send": part.get("send") or Sending.AFTER_APPROVAL.value,
            "urgent": part.get("urgent") or False,
            "subject": mail.get("subject", ""),
            "body": mail.get("body", ""),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_unknown_fields(self, cleaned)
        return cleaned

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "owner": values["owner"],
            "consent": values["consent"],
            "send": values["send"],
            "urgent": values["urgent"] or None,
            "mail": {"subject": values["subject"], "body": values["body"]},
        }


def refuse_unknown_fields(form: forms.Form, cleaned: Mapping[str, Any]) -> None:
    """Of the subject and the body: a name in braces that nothing fills in."""
    for name in ("subject", "body"):
        for unknown in sorted(merged_names(cleaned.get(name) or "") - MERGE_FIELDS.keys()):
            known = ", ".join(MERGE_FIELDS)
            form.add_error(
                name,
                gettext("“%(name)s” is none of %(known)s") % {"name": unknown, "known": known},
            )


def says(step: StepDefinition, names: RowNames) -> StepWords:
    does = step.action if isinstance(step.action, Mail) else Mail(Sending.AFTER_APPROVAL)
    is_held = does.sending is Sending.AFTER_APPROVAL
    who = gettext("Mail, held for approval") if is_held else gettext("Mail, sent by itself")
    is_ours = step.owner_role == OwnerRole.SYSTEM
    from_whom = gettext("From our company") if is_ours else gettext("From %s, answers to them")
    details = [from_whom if is_ours else from_whom % label(step.owner_role)]
    if step.mail:
        details.append(f"“{step.mail.subject}”")
    if does.consent is not None:
        details.append(
            gettext("To the champion or whoever we know best: %s") % dict(_CONSENT)[does.consent]
        )
    return StepWords(who, step.title, tuple(details))


ROOM = KindRoom(
    StepKind.MAIL,
    _("Mail to the customer"),
    _("Written by the play, sent after approval or by itself."),
    "mail",
    MailStepForm,
    says,
)
