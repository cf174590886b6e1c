"""One ordered queue out of tasks, accounts nothing is open for, renewals and promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from accounts.money.rates import Rates
from accounts.ui.paging import COUNT_CAP
from cs_platform.pages.today.items import (
    READ_AT_MOST,
    AccountShown,
    QueueItem,
    Stakes,
    Urgency,
    make_item,
    renews_soon,
)
from cs_platform.pages.today.own_book import Portfolio
from cs_platform.pages.today.suggestions import follow_up_items, renewal_items, uncovered_accounts
from metrics.facts.renewals import read_chances
from playbooks.models import Task
from playbooks.pages.tasks.queries import TaskRow, awake, task_rows, with_account


@dataclass(frozen=True, slots=True)
class Queue:
    items: list[QueueItem]
    overdue: int
    """Tasks, counted up to COUNT_CAP."""
    is_capped: bool
    """There is more of some kind than was read."""


def queue_of(user: User, book: Portfolio, *, now: datetime, zone: ZoneInfo, rates: Rates) -> Queue:
    """All there is to do, the most pressing first."""
    today = now.astimezone(zone).date()
    stakes = Stakes(rates, read_chances())
    kinds = (
        task_items(user, now=now, zone=zone, stakes=stakes),
        uncovered_accounts(book, today=today, stakes=stakes),
        renewal_items(book, today=today, zone=zone, stakes=stakes),
        follow_up_items(book, now=now, zone=zone, stakes=stakes),
    )
    late = Task.objects.of_person(user, day=today).filter(awake(now), due_at__lt=now)
    return Queue(
        items=ordered([item for kind in kinds for item in kind]),
        overdue=late.order_by().values("pk")[:COUNT_CAP].count(),
        is_capped=any(len(kind) == READ_AT_MOST for kind in kinds),
    )


def ordered(items: Sequence[QueueItem]) -> list[QueueItem]:
    """Every task, and what leads to an account only once: its most pressing reason."""
    found = sorted(items, key=_place)
    seen: set[str] = set()
    queue = []
    for item in found:
        if item.task is None and item.external_id in seen:
            continue
        seen.add(item.external_id)
        queue.append(item)
    return queue


def _place(item: QueueItem) -> tuple[object, ...]:
    """A task before what else leads to its account just as urgently, which it then stands for."""
    return item.urgency, -item.at_stake, item.task is None, item.key


def task_items(user: User, *, now: datetime, zone: ZoneInfo, stakes: Stakes) -> list[QueueItem]:
    """What is due within two days, and trouble at once."""
    today = now.astimezone(zone).date()
    horizon = now + timedelta(days=2)
    found = with_account(Task.objects.of_person(user, day=today)).filter(awake(now))
    due = found.filter(due_at__lte=horizon).order_by("due_at", "pk")[:READ_AT_MOST]
    return [
        make_item(
            _account_of(row),
            _urgency(row, today=today),
            key=f"task-{row.task.pk}",
            title=row.task.title,
            why=row.why,
            stakes=stakes,
            today=today,
            task=row,
        )
        for row in task_rows(due, now=now, zone=zone)
    ]


def _account_of(row: TaskRow) -> AccountShown:
    account, health = row.task.account, row.health
    return AccountShown(
        id=account.pk,
        external_id=account.external_id,
        name=account.name,
        arr_minor=account.arr_minor,
        currency=account.currency,
        renews_on=account.renews_on,
        owner=None,
        score=health.score if health else None,
        band=row.band,
    )


def _urgency(row: TaskRow, *, today: date) -> Urgency:
    if row.is_urgent:
        return Urgency.TROUBLE
    if row.is_overdue:
        return Urgency.OVERDUE
    if row.due_on <= today:
        return Urgency.DUE
    is_near = renews_soon(row.task.account.renews_on, today=today)
    return Urgency.RENEWAL if is_near else Urgency.SOON
