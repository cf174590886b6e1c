"""A task for somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.library.changes import due_label
from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.fields import (
    choice,
    due_data,
    due_fields,
    due_initial,
    lines,
    lines_of,
    paragraph,
    text,
    whole,
)
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.kinds import StepKind, endings_of_task
from playbooks.triggers.names import RowNames
from playbooks.triggers.vocabulary import Channel, choices, label


class TaskStepForm(StepForm):
    kind = StepKind.TASK

    @property
    def endings(self) -> Sequence[str]:
        """Of its channel: of the one that is being chosen, where the form was sent."""
        chosen = {name: self.data.get(name) or self.part[name] for name in ("owner", "channel")}
        return endings_of_task(**chosen)

    def own_fields(self) -> dict[str, forms.Field]:
        return {
            "owner": choice(_("Who"), self.known.roles, empty=_("Choose who has it")),
            "channel": choice(_("Channel"), choices(Channel)),
            **due_fields(),
            "purpose": text(_("What is different once it is done"), most=300),
            "guidance": paragraph(_("How it is done"), most=2000),
            "success": text(_("It went well when"), most=300, required=False),
            "prepare": lines(_("What to have at hand")),
            "ask": lines(_("Questions for the customer")),
            "mail_subject": text(_("Subject of a mail draft"), most=160, required=False),
            "mail_body": paragraph(_("Text of the mail draft"), most=4000, rows=6, required=False),
            "notice_days": whole(
                _("Shows up so many working days before"),
                lowest=0,
                highest=60,
                required=False,
                help_text=_("Empty: at once."),
            ),
        }

    def own_groups(self) -> list[tuple[Any, Sequence[str]]]:
        helps = ["success", "prepare", "ask", "mail_subject", "mail_body", "notice_days"]
        return [(_("What helps to do it well"), helps)]

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        mail = part.get("mail") or {}
        same = ("owner", "channel", "purpose", "guidance", "success", "notice_days")
        return {
            **{name: part[name] for name in same},
            **due_initial(part["due"]),
            "prepare": "\n".join(part["prepare"]),
            "ask": "\n".join(part["ask"]),
            "mail_subject": mail.get("subject", ""),
            "mail_body": mail.get("body", ""),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        subject, body = cleaned.get("mail_subject"), cleaned.get("mail_body")
        if bool(subject) != bool(body):
            missing = "mail_body" if subject else "mail_subject"
            self.add_error(
                missing, gettext("A draft has a subject and a text; or leave both empty.")
            )
        return cleaned

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        same = ("owner", "channel", "purpose", "guidance", "success", "notice_days")
        mail = {"subject": values["mail_subject"], "body": values["mail_body"]}
        return {
            **{name: values[name] for name in same},
            "due": due_data(values),
            "prepare": lines_of(values["prepare"]),
            "ask": lines_of(values["ask"]),
            "mail": mail if mail["subject"] else None,
        }


def says(step: StepDefinition, names: RowNames) -> StepWords:
    who = gettext("Task for %s") % label(step.owner_role) if step.owner_role else gettext("Task")
    details = [f"{label(step.channel)} · {due_label(step.due)}"]
    if step.purpose:
        details.append(step.purpose)
    if step.success:
        details.append(gettext("Done well when: %s") % step.success)
    return StepWords(who, step.title, tuple(details))


ROOM = KindRoom(
    StepKind.TASK, _("Task"), _("Somebody does something."), "list-todo", TaskStepForm, says
)
