"""Tasks follow who has their role: those of who left a team go to who has the function now, those
of a cover back to who was away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import Installation, OutboxMessage, TeamMember, User
from accounts.work.notices import post
from playbooks.engine.notices import notice
from playbooks.engine.owners import Owners
from playbooks.facts import account_rows
from playbooks.models import UNFINISHED, Task
from playbooks.triggers.vocabulary import TaskState


@transaction.atomic
def reassign_function_tasks(*, day: date, now: datetime) -> int:
    """Of people who had the function when the task was opened and have it no longer on `day`.

    What somebody is handed of a function they never had, or had before, stays with them. Returns
    how many tasks changed hands.
    """
    tasks = list(_of_leavers(day).order_by("pk").select_for_update(skip_locked=True, of=("self",)))
    rows = account_rows({task.account_id for task in tasks})
    directory = Owners(accounts=rows.values(), day=day)
    moved = [task for task in tasks if _move_to_holder(task, directory)]
    Task.objects.bulk_update(moved, ["owner", "fallback"])
    post(
        [message for task in moved for message in _reassignment_notices(task, directory, day, now)]
    )
    return len(moved)


@transaction.atomic
def hand_back_tasks(*, day: date, now: datetime) -> int:
    """What came to a cover while somebody was away goes back to them on the day after their last
    day away, as long as it is open and nobody has done anything about it since.

    What a person handed over stays. Returns how many tasks changed hands.
    """
    tasks = list(
        _of_covers(day)
        .select_related("play")
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))
    )
    rows = account_rows({task.account_id for task in tasks})
    directory = Owners(accounts=rows.values(), day=day)
    covers = {task.pk: task.owner_id for task in tasks}
    moved = [task for task in tasks if _return_to_owner(task, directory, day)]
    Task.objects.bulk_update(moved, ["owner"])
    messages: list[OutboxMessage] = []
    for task in moved:
        messages += _reassignment_notices(task, directory, day, now)
        messages += _told_cover(task, covers[task.pk], directory, day, now)
    post(messages)
    return len(moved)


def _of_covers(day: date) -> QuerySet[Task]:
    """Opened while somebody was away whose cover has them now, and untouched since."""
    absent = User.objects.filter(
        cover=OuterRef("owner"),
        absent_from__lte=OuterRef("opened_day"),
        absent_until__gte=OuterRef("opened_day"),
        absent_until__lt=day,
    )
    trail = Task.pgh_event_models["update"]  # type: ignore[attr-defined]
    touched = trail.objects.filter(pgh_obj=OuterRef("pk"))
    opened = TruncDate("opened_at", tzinfo=Installation.current().zone)
    unfinished = Task.objects.filter(state=TaskState.OPEN, play__isnull=False)
    found: QuerySet[Task] = unfinished.annotate(opened_day=opened).filter(
        Exists(absent), ~Exists(touched)
    )
    return found


def _return_to_owner(task: Task, directory: Owners, day: date) -> bool:
    """To whoever would get it today, if that is the person who was away."""
    given = directory.assignment(
        role=task.owner_role,
        account_id=task.account_id,
        lead=task.play.lead_id if task.play else None,
    )
    back = directory.people.get(given.person_id or 0)
    if back is None or back.cover_id != task.owner_id or back.pk == task.owner_id:
        return False
    task.owner_id = back.pk
    return True


def _told_cover(
    task: Task, cover_id: int | None, directory: Owners, day: date, now: datetime
) -> Sequence[OutboxMessage]:
    if cover_id is None or task.owner_id is None:
        return []
    return notice(
        key=f"task:{task.pk}:handed_back:{day}",
        user_id=cover_id,
        account=directory.accounts[task.account_id],
        subject=task.title,
        body=f"{directory.people[task.owner_id].name} is back and has this task again.",
        now=now,
    )


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


def _move_to_holder(task: Task, directory: Owners) -> bool:
    given = directory.assignment(role=task.owner_role, account_id=task.account_id)
    is_moved = given.person_id != task.owner_id
    task.owner_id, task.fallback = given.person_id, given.fallback or ""
    return is_moved


def _reassignment_notices(
    task: Task, directory: Owners, day: date, now: datetime
) -> Sequence[OutboxMessage]:
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
