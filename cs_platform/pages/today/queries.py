"""One ordered queue out of tasks, accounts nothing is open for, renewals and promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.models import User
from accounts.ui.pagination import COUNT_CAP
from cs_platform.pages.today.items import (
    READ_AT_MOST,
    AccountShown,
    QueueItem,
    Stakes,
    Urgency,
    make_item,
    renews_soon,
)
from cs_platform.pages.today.portfolio import Portfolio
from cs_platform.pages.today.suggestions import follow_up_items, renewal_items, uncovered_accounts
from metrics.facts.renewals import read_chances
from playbooks.models import Task
from playbooks.pages.tasks.queries import TaskRow, not_snoozed, task_columns, task_rows


@dataclass(frozen=True, slots=True)
class Queue:
    items: list[QueueItem]
    overdue: int
    """Tasks, counted up to COUNT_CAP."""
    is_capped: bool
    """There is more of some kind than was read."""


def queue_of(user: User, book: Portfolio, *, now: datetime, zone: ZoneInfo) -> Queue:
    """All there is to do, the most pressing first."""
    today = now.astimezone(zone).date()
    stakes = Stakes(book.rates, read_chances())
    tasks = Task.objects.of_person(user, day=today).filter(not_snoozed(now))
    due = task_items(tasks, now=now, zone=zone, stakes=stakes)
    at_risk, renewing = book.leads()
    kinds = (
        due,
        uncovered_accounts(at_risk, today=today, stakes=stakes),
        renewal_items(renewing, today=today, zone=zone, stakes=stakes),
        follow_up_items(book, now=now, zone=zone, stakes=stakes),
    )
    return Queue(
        items=ordered([item for kind in kinds for item in kind]),
        overdue=_count_overdue(due, tasks, now=now),
        is_capped=any(len(kind) == READ_AT_MOST for kind in kinds),
    )


def _count_overdue(due: Sequence[QueueItem], tasks: QuerySet[Task], *, now: datetime) -> int:
    """Counted among those that were read, unless there may be more."""
    if len(due) < READ_AT_MOST:
        return sum(item.task is not None and item.task.is_overdue for item in due)
    late = tasks.filter(due_at__lt=now)
    return late.order_by().values("pk")[:COUNT_CAP].count()


def ordered(items: Sequence[QueueItem]) -> list[QueueItem]:
    """Every task, and what leads to an account only once: its most pressing reason."""
    found = sorted(items, key=_queue_order)
    seen: set[str] = set()
    queue = []
    for item in found:
        if item.task is None and item.external_id in seen:
            continue
        seen.add(item.external_id)
        queue.append(item)
    return queue


def _queue_order(item: QueueItem) -> tuple[object, ...]:
    """A task before what else leads to its account just as urgently, which it then stands for."""
    return item.urgency, -item.at_stake, item.task is None, item.key


def task_items(
    tasks: QuerySet[Task], *, now: datetime, zone: ZoneInfo, stakes: Stakes
) -> list[QueueItem]:
    """Of these tasks what is due within two days."""
    today = now.astimezone(zone).date()
    due = tasks.filter(due_at__lte=now + timedelta(days=2)).order_by("due_at", "pk")
    return [
        make_item(
            _account_of(row),
            _task_urgency(row, today=today),
            key=f"task-{row.pk}",
            title=row.title,
            why=row.why,
            stakes=stakes,
            today=today,
            task=row,
        )
        for row in task_rows(task_columns(due)[:READ_AT_MOST], now=now, zone=zone)
    ]


def _account_of(row: TaskRow) -> AccountShown:
    return AccountShown(
        id=row.account_id,
        external_id=row.account_key,
        name=row.account_name,
        arr_minor=row.arr_minor,
        currency=row.currency,
        renews_on=row.renews_on,
        renews_arr_minor=row.renews_arr_minor,
        owner=None,
        score=row.score,
        band=row.band,
    )


def _task_urgency(row: TaskRow, *, today: date) -> Urgency:
    if row.is_urgent:
        return Urgency.AT_RISK_TASK
    if row.is_overdue:
        return Urgency.OVERDUE
    if row.due_on <= today:
        return Urgency.DUE
    is_near = renews_soon(row.renews_on, today=today)
    return Urgency.RENEWAL if is_near else Urgency.SOON
