"""The queue of CS ops: tasks that no person has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from playbooks.models import UNFINISHED, Task


@dataclass(frozen=True, slots=True)
class QueueOfOps:
    """`overdue` were due before the moment it was asked for; the first of them at `oldest_due`."""

    waiting: int
    overdue: int
    oldest_due: datetime | None


def queue_of_ops(*, due_before: datetime) -> QueueOfOps:
    """Snoozed ones wait too; they are not overdue while they rest."""
    # Uses index: task_of_owner
    late = Q(due_at__lt=due_before) & ~Q(state="snoozed")
    found = Task.objects.filter(owner__isnull=True, state__in=UNFINISHED).aggregate(
        waiting=Count("pk"), overdue=Count("pk", filter=late), oldest=Min("due_at", filter=late)
    )
    return QueueOfOps(found["waiting"], found["overdue"], found["oldest"])
