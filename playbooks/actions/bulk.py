"""One action on many tasks: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from playbooks.actions.tasks import REFUSED
from playbooks.models import Play, Task

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class RefusedLine:
    task_id: int
    title: str
    account: str
    why: str


class BulkRefusedError(ValueError):
    """Nothing was changed; `lines` says which tasks refused it, and why."""

    def __init__(self, lines: Sequence[RefusedLine]) -> None:
        super().__init__(f"{len(lines)} tasks refused it.")
        self.lines = tuple(lines)


@transaction.atomic
def act_on_all(*, task_ids: Sequence[int], act: Callable[[int], object]) -> int:
    """Does it to each in one transaction; returns to how many. Raises BulkRefusedError.

    Plays are locked first, in the order of their ids: two selections that overlap queue up.
    """
    tasks = Task.objects.filter(pk__in=task_ids).select_related("account").order_by("pk")
    list(
        Play.objects.filter(tasks__in=task_ids)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )
    refused = []
    for task in tasks:
        try:
            act(task.pk)
        except REFUSED as problem:
            refused.append(RefusedLine(task.pk, task.title, task.account.name, str(problem)))
    if refused:
        raise BulkRefusedError(refused)
    return len(tasks)
