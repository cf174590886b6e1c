"""One ordered queue out of tasks, accounts nobody is looking after, renewals and promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import Combinable

from accounts.catalogue import InteractionKind, Role
from accounts.models import Account, Interaction, User
from cs_platform import formats
from cs_platform.pages.currency import Rates
from cs_platform.pages.paging import COUNT_CAP
from cs_platform.pages.portfolio_queries import (
    UNSCORED,
    book_of,
)
from cs_platform.pages.tasks_queries import TaskRow, awake, task_rows, with_account
from cs_platform.templatetags.cs import band_look
from metrics.facts.renewals import read_chances
from metrics.retention.forecast import Chances
from playbooks.models import UNFINISHED, Task

READ_AT_MOST = 40  # of each kind
RENEWAL_DAYS = 30
PROMISE_DAYS = 7
PROMISE_MEMORY_DAYS = 60


# What an item shows of its account and its health.
_COLUMNS = (
    "external_id",
    "name",
    "arr_minor",
    "currency",
    "renews_on",
    "owner__name",
    "health__score",
    "health__effective_band",
)


class Urgency(IntEnum):
    """The order of the queue; within one, what there is to lose decides."""

    TROUBLE = 1
    ALONE = 2
    OVERDUE = 3
    DUE = 4
    RENEWAL = 5
    FOLLOW_UP = 6
    SOON = 7


_WORDS = {
    Urgency.TROUBLE: ("Risk", "octagon-alert", "is-intervene"),
    Urgency.ALONE: ("Risk", "octagon-alert", "is-intervene"),
    Urgency.OVERDUE: ("Overdue", "clock", "is-watch"),
    Urgency.DUE: ("Due today", "circle-check", ""),
    Urgency.RENEWAL: ("Renewal", "repeat", ""),
    Urgency.FOLLOW_UP: ("Follow-up", "corner-down-left", ""),
    Urgency.SOON: ("Coming up", "calendar", ""),
}


@dataclass(frozen=True, slots=True)
class QueueItem:
    key: str
    urgency: Urgency
    title: str
    why: str
    external_id: str
    account: str
    band: str
    arr_minor: int
    currency: str
    at_stake: float
    due_on: date | None = None
    task: TaskRow | None = None
    owner: str = ""
    """Of an account without a task; a task names its own."""

    @property
    def word(self) -> str:
        return _WORDS[self.urgency][0]

    @property
    def icon(self) -> str:
        return _WORDS[self.urgency][1]

    @property
    def tone(self) -> str:
        return _WORDS[self.urgency][2]


@dataclass(frozen=True, slots=True)
class Queue:
    items: list[QueueItem]
    overdue: int
    """Tasks, counted up to COUNT_CAP."""
    is_capped: bool
    """There is more of some kind than was read."""


def own_book(user: User) -> QuerySet[Account]:
    """A CSM's own accounts; a manager's teams; for CS ops all of them."""
    return book_of(user, scope="mine" if user.role == Role.CSM else "all")


def queue_of(user: User, *, now: datetime, zone: ZoneInfo, rates: Rates) -> Queue:
    """All there is to do, the most pressing first."""
    book, today = own_book(user), now.astimezone(zone).date()
    stakes = Stakes(rates, read_chances())
    kinds = (
        task_items(user, now=now, zone=zone, stakes=stakes),
        lone_items(book, stakes=stakes),
        renewal_items(book, today=today, stakes=stakes),
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
    found = sorted(items, key=lambda item: (item.urgency, -item.at_stake, item.key))
    seen: set[str] = set()
    queue = []
    for item in found:
        if item.task is None and item.external_id in seen:
            continue
        seen.add(item.external_id)
        queue.append(item)
    return queue


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is lost where nobody acts: ARR in the installation's currency × the chance of it."""

    rates: Rates
    chances: Chances

    def of(self, account: Account, *, score: Decimal | None) -> float:
        arr = self.rates.total([(account.arr_minor, account.currency)])
        return arr * float(1 - self.chances.chance(score))


def task_items(user: User, *, now: datetime, zone: ZoneInfo, stakes: Stakes) -> list[QueueItem]:
    """What is due within two days, and trouble at once."""
    today = now.astimezone(zone).date()
    horizon = now + timedelta(days=2)
    found = with_account(Task.objects.of_person(user, day=today)).filter(awake(now))
    due = found.filter(due_at__lte=horizon).order_by("due_at", "pk")[:READ_AT_MOST]
    return [
        _task_item(row, _urgency(row, today=today), stakes)
        for row in task_rows(due, now=now, zone=zone)
    ]


def _urgency(row: TaskRow, *, today: date) -> Urgency:
    if row.is_urgent:
        return Urgency.TROUBLE
    if row.is_overdue:
        return Urgency.OVERDUE
    return Urgency.DUE if row.due_on <= today else Urgency.SOON


def _task_item(row: TaskRow, urgency: Urgency, stakes: Stakes) -> QueueItem:
    return _item(
        row.task.account,
        urgency,
        key=f"task-{row.task.pk}",
        title=row.task.title,
        why=row.why,
        stakes=stakes,
        due_on=row.due_on,
        task=row,
    )


def _nothing_open() -> Combinable:
    return ~Exists(Task.objects.filter(account=OuterRef("pk"), state__in=UNFINISHED))


def lone_items(book: QuerySet[Account], *, stakes: Stakes) -> list[QueueItem]:
    """At risk, and no task is open there: nobody is on it."""
    found = _with_health(book.filter(_nothing_open(), health__at_risk=True))
    return [
        _item(
            account,
            Urgency.ALONE,
            title="Nobody is on this account",
            why=f"{band_look(account.health.effective_band).word} at "
            f"{formats.score(account.health.score)}, and no task is open.",
            stakes=stakes,
        )
        for account in found.order_by("-arr_minor", "pk")[:READ_AT_MOST]
    ]


def _with_health(accounts: QuerySet[Account]) -> QuerySet[Account]:
    return accounts.select_related("health", "owner").only(*_COLUMNS)


def renewal_items(book: QuerySet[Account], *, today: date, stakes: Stakes) -> list[QueueItem]:
    """Contracts that end within 30 days with nothing planned, those at risk left to their own."""
    found = book.filter(
        _nothing_open(), renews_on__range=(today, today + timedelta(days=RENEWAL_DAYS))
    ).exclude(health__at_risk=True)
    return [
        _item(
            account,
            Urgency.RENEWAL,
            title="Plan the renewal",
            why=f"The contract ends {formats.relative_day(account.renews_on or today, today=today)}"
            " and no task is open.",
            stakes=stakes,
            due_on=account.renews_on,
        )
        for account in _with_health(found).order_by("renews_on", "pk")[:READ_AT_MOST]
    ]


def follow_up_items(
    book: QuerySet[Account], *, now: datetime, zone: ZoneInfo, stakes: Stakes
) -> list[QueueItem]:
    """A next step was agreed a week ago or longer, and nobody has spoken since."""
    later = Interaction.objects.filter(
        account=OuterRef("account"), occurred_at__gt=OuterRef("occurred_at")
    ).exclude(kind=InteractionKind.SUPPORT)
    window = (now - timedelta(days=PROMISE_MEMORY_DAYS), now - timedelta(days=PROMISE_DAYS))
    found = (
        Interaction.objects.filter(~Exists(later), account__in=book, occurred_at__range=window)
        .exclude(next_step="")
        .select_related("account__health", "account__owner")
        .only("next_step", "occurred_at", *(f"account__{column}" for column in _COLUMNS))
        .order_by("-occurred_at", "pk")[:READ_AT_MOST]
    )
    return [
        _item(
            row.account,
            Urgency.FOLLOW_UP,
            title=row.next_step,
            why=f"Agreed on {formats.day(row.occurred_at.astimezone(zone).date())};"
            " nobody has spoken since.",
            stakes=stakes,
        )
        for row in found
    ]


def _item(
    account: Account,
    urgency: Urgency,
    *,
    title: str,
    why: str,
    stakes: Stakes,
    key: str = "",
    due_on: date | None = None,
    task: TaskRow | None = None,
) -> QueueItem:
    health = getattr(account, "health", None)
    return QueueItem(
        key=key or f"{urgency.name.lower()}-{account.pk}",
        urgency=urgency,
        title=title,
        why=why,
        external_id=account.external_id,
        account=account.name,
        band=health.effective_band if health else UNSCORED,
        arr_minor=account.arr_minor,
        currency=account.currency,
        at_stake=stakes.of(account, score=health.score if health else None),
        due_on=due_on,
        task=task,
        owner=account.owner.name if task is None and account.owner else "",
    )
