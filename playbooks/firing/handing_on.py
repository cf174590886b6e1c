"""Tasks of a function follow the team: those of who left it go to who has the function now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import Installation, OutboxMessage, TeamMember
from accounts.work.notices import post
from playbooks.facts import account_rows
from playbooks.firing.notices import notice
from playbooks.firing.owners import Owners
from playbooks.models import UNFINISHED, Task


@transaction.atomic
def hand_on_tasks(*, day: date, now: datetime) -> int:
    """Of people who had the function when the task was opened and have it no longer on `day`.

    What somebody is handed of a function they never had, or had before, stays with them. Returns
    how many tasks changed hands.
    """
    tasks = list(_of_leavers(day).order_by("pk").select_for_update(skip_locked=True, of=("self",)))
    rows = account_rows({task.account_id for task in tasks})
    directory = Owners(accounts=rows.values(), day=day)
    moved = [task for task in tasks if _moves(task, directory)]
    Task.objects.bulk_update(moved, ["owner", "fallback"])
    post([message for task in moved for message in _notices(task, directory, day, now)])
    return len(moved)


def _of_leavers(day: date) -> QuerySet[Task]:
    held = TeamMember.objects.filter(
        person=OuterRef("owner"), account=OuterRef("account"), function__key=OuterRef("owner_role")
    )
    left = held.filter(until__lt=day, until__gte=OuterRef("opened_day"))
    opened = TruncDate("opened_at", tzinfo=Installation.current().zone)
    unfinished = Task.objects.filter(state__in=UNFINISHED, owner__isnull=False)
    found: QuerySet[Task] = unfinished.annotate(opened_day=opened).filter(
        Exists(left), ~Exists(held.on_day(day))
    )
    return found


def _moves(task: Task, directory: Owners) -> bool:
    given = directory.assignment(role=task.owner_role, account_id=task.account_id)
    is_moved = given.person_id != task.owner_id
    task.owner_id, task.fallback = given.person_id, given.fallback or ""
    return is_moved


def _notices(task: Task, directory: Owners, day: date, now: datetime) -> Sequence[OutboxMessage]:
    if task.owner_id is None:
        return []
    return notice(
        key=f"task:{task.pk}:handed_on:{day}",
        user_id=task.owner_id,
        account=directory.accounts[task.account_id],
        subject=task.title,
        body=task.why,
        now=now,
    )
