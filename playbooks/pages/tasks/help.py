"""What the step of a task says about doing it well: to have at hand, to ask, to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.db.models import F

from accounts.catalogue import StakeholderRole
from accounts.models import Account, Contact, Installation
from accounts.ui import formats
from playbooks.library.mail import merge
from playbooks.models import PlaybookStep, Task


@dataclass(frozen=True, slots=True)
class StepHelp:
    """`mail_address` opens the draft in the reader's own mail program."""

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
    subject, body, address = _mail(task, step) if step.mail_body else ("", "", "")
    return StepHelp(tuple(step.prepare), tuple(step.ask), step.success, subject, body, address)


def _mail(task: Task, step: PlaybookStep) -> tuple[str, str, str]:
    contact = _contact(task.account)
    values = merge_values(task, contact)
    subject, body = merge(step.mail_subject, values), merge(step.mail_body, values)
    to = quote(contact.email, safe="@") if contact else ""
    return subject, body, f"mailto:{to}?subject={quote(subject)}&body={quote(body)}"


def merge_values(task: Task, contact: Contact | None) -> dict[str, str]:
    """A value for each merge field; empty where it is not known."""
    account, owner = task.account, task.account.owner
    return {
        "account": account.name,
        "contact": contact.name if contact else "",
        "csm": owner.name if owner else "",
        "sender": task.owner.name if task.owner else "",
        "our_company": Installation.current().name,
        "renewal_date": _day(account.renews_on),
        "decision_date": _day(account.decides_on or account.renews_on),
    }


def _day(day: date | None) -> str:
    return formats.day(day) if day else ""


def _contact(account: Account) -> Contact | None:
    """Nobody who left or asked not to be contacted; of equals, who was met first."""
    known = Contact.objects.filter(account=account, is_active=True, do_not_contact=False)
    closest = known.order_by(F("strength").desc(nulls_last=True), "met_on", "pk")
    champions = closest.filter(roles__contains=[StakeholderRole.CHAMPION])
    return champions.first() or closest.first()
