"""What the step of a task says about doing it well: to have at hand, to ask, to write."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Installation
from accounts.queries.closest_people import closest_people
from playbooks.engine.merge_values import merge_values
from playbooks.library.mail import merge
from playbooks.models import PlaybookStep, Task


@dataclass(frozen=True, slots=True)
class StepHelp:
    """`mail_address` opens the draft where it can be changed and sent."""

    prepare: tuple[str, ...]
    ask: tuple[str, ...]
    success: str
    mail_subject: str
    mail_body: str
    mail_address: str


def step_help(task_id: int) -> StepHelp | None:
    """None where the task came from no step, or its step says no more than the task."""
    task = Task.objects.select_related("step", "account__owner", "owner").get(pk=task_id)
    step = task.step
    if step is None or not (step.prepare or step.ask or step.success or step.mail_body):
        return None
    subject, body, address = _mail_draft(task, step) if step.mail_body else ("", "", "")
    return StepHelp(tuple(step.prepare), tuple(step.ask), step.success, subject, body, address)


def _mail_draft(task: Task, step: PlaybookStep) -> tuple[str, str, str]:
    account = task.account
    contact = closest_people([account.pk]).get(account.pk)
    installation = Installation.current()
    values = merge_values(account, contact=contact, sender=task.owner, installation=installation)
    subject, body = merge(step.mail_subject, values), merge(step.mail_body, values)
    asked = {"subject": subject, "body": body} | ({"contact": contact.pk} if contact else {})
    address = reverse("account_mail", args=[account.external_id])
    return subject, body, f"{address}?{urlencode(asked)}"
