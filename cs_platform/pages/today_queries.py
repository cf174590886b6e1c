"""One ordered queue out of tasks, accounts nobody is looking after, renewals and promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import Combinable

from accounts.catalogue import InteractionKind
from accounts.models import Account, Interaction, User
from cs_platform import formats
from cs_platform.pages.currency import Rates
from cs_platform.pages.portfolio_queries import RENEWAL_CHANCE, UNSCORED, UNSCORED_CHANCE
from cs_platform.pages.tasks_queries import TaskRow, awake, task_rows, with_account
from cs_platform.templatetags.cs import band_look
from health.models import CurrentHealth
from playbooks.models import UNFINISHED, Task

QUEUE_LENGTH = 60
RENEWAL_DAYS = 30
PROMISE_DAYS = 7
PROMISE_MEMORY_DAYS = 60


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

    @property
    def word(self) -> str:
        return _WORDS[self.urgency][0]

    @property
    def icon(self) -> str:
        return _WORDS[self.urgency][1]

    @property
    def tone(self) -> str:
        return _WORDS[self.urgency][2]


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


def chance_of_renewal(score: object) -> float:
    if score is None:
        return float(UNSCORED_CHANCE)
    return next(float(chance) for lower, chance in RENEWAL_CHANCE if float(str(score)) >= lower)


def at_stake(*, arr_minor: int, currency: str, score: object, rates: Rates) -> float:
    """ARR in the installation's currency × the chance of losing it."""
    return rates.total([(arr_minor, currency)]) * (1 - chance_of_renewal(score))


def task_items(user: User, *, now: datetime, zone: ZoneInfo, rates: Rates) -> list[QueueItem]:
    """What is due within two days, and trouble at once."""
    today = now.astimezone(zone).date()
    horizon = now + timedelta(days=2)
    found = with_account(Task.objects.of_person(user, day=today)).filter(awake(now))
    due = found.filter(due_at__lte=horizon).order_by("due_at", "pk")[:QUEUE_LENGTH]
    return [
        _task_item(row, _urgency(row, today=today), rates)
        for row in task_rows(due, now=now, zone=zone)
    ]


def _urgency(row: TaskRow, *, today: date) -> Urgency:
    if row.is_urgent:
        return Urgency.TROUBLE
    if row.is_overdue:
        return Urgency.OVERDUE
    return Urgency.DUE if row.due_on <= today else Urgency.SOON


def _task_item(row: TaskRow, urgency: Urgency, rates: Rates) -> QueueItem:
    return QueueItem(
        key=f"task-{row.id}",
        urgency=urgency,
        title=row.title,
        why=row.why,
        external_id=row.external_id,
        account=row.account,
        band=row.band,
        arr_minor=row.arr_minor,
        currency=row.currency,
        at_stake=at_stake(
            arr_minor=row.arr_minor, currency=row.currency, score=row.score, rates=rates
        ),
        due_on=row.due_on,
        task=row,
    )


def _nothing_open() -> Combinable:
    return ~Exists(Task.objects.filter(account=OuterRef("pk"), state__in=UNFINISHED))


def lone_items(book: QuerySet[Account], *, rates: Rates) -> list[QueueItem]:
    """At risk, and no task is open there: nobody is on it."""
    found = CurrentHealth.objects.filter(
        account__in=book.filter(_nothing_open()), at_risk=True
    ).select_related("account")
    return [
        _account_item(
            health.account,
            Urgency.ALONE,
            title="Nobody is on this account",
            why=f"{band_look(health.effective_band).word} at "
            f"{formats.score(health.score)}, and no task is open.",
            rates=rates,
        )
        for health in found.order_by("-account__arr_minor", "pk")[:QUEUE_LENGTH]
    ]


def renewal_items(book: QuerySet[Account], *, today: date, rates: Rates) -> list[QueueItem]:
    """Contracts that end within 30 days with nothing planned, those at risk left to their own."""
    found = book.filter(
        _nothing_open(), renews_on__range=(today, today + timedelta(days=RENEWAL_DAYS))
    ).exclude(health__at_risk=True)
    return [
        _account_item(
            account,
            Urgency.RENEWAL,
            title="Plan the renewal",
            why=f"The contract ends {formats.relative_day(account.renews_on or today, today=today)}"
            " and no task is open.",
            rates=rates,
            due_on=account.renews_on,
        )
        for account in found.select_related("health").order_by("renews_on", "pk")[:QUEUE_LENGTH]
    ]


def follow_up_items(book: QuerySet[Account], *, now: datetime, rates: Rates) -> list[QueueItem]:
    """A next step was agreed a week ago or longer, and nobody has spoken since."""
    later = Interaction.objects.filter(
        account=OuterRef("account"), occurred_at__gt=OuterRef("occurred_at")
    ).exclude(kind=InteractionKind.SUPPORT)
    window = (now - timedelta(days=PROMISE_MEMORY_DAYS), now - timedelta(days=PROMISE_DAYS))
    found = (
        Interaction.objects.filter(~Exists(later), account__in=book, occurred_at__range=window)
        .exclude(next_step="")
        .select_related("account__health")
        .order_by("-occurred_at", "pk")[:QUEUE_LENGTH]
    )
    return [
        _account_item(
            row.account,
            Urgency.FOLLOW_UP,
            title=row.next_step,
            why=f"Agreed on {formats.day(row.occurred_at.date())}; nobody has spoken since.",
            rates=rates,
        )
        for row in found
    ]


def _account_item(
    account: Account,
    urgency: Urgency,
    *,
    title: str,
    why: str,
    rates: Rates,
    due_on: date | None = None,
) -> QueueItem:
    health = getattr(account, "health", None)
    return QueueItem(
        key=f"{urgency.name.lower()}-{account.pk}",
        urgency=urgency,
        title=title,
        why=why,
        external_id=account.external_id,
        account=account.name,
        band=health.effective_band if health else UNSCORED,
        arr_minor=account.arr_minor,
        currency=account.currency,
        at_stake=at_stake(
            arr_minor=account.arr_minor,
            currency=account.currency,
            score=health.score if health else None,
            rates=rates,
        ),
        due_on=due_on,
    )


@dataclass(frozen=True, slots=True)
class BookSummary:
    accounts: int
    arr_minor: int
    by_band: tuple[tuple[str, int, int], ...]
    """(band, accounts, ARR minor), the best band first."""
    at_risk: int
    at_risk_arr_minor: int
    renewals: int
    renewals_arr_minor: int
    currency: str


_BAND_ORDER = ("healthy", "watch", "intervene", UNSCORED)


def book_summary(book: QuerySet[Account], *, today: date, rates: Rates) -> BookSummary:
    """A row per account: a book is hundreds of accounts, and rates make sums exact in Python."""
    rows = [
        (band or UNSCORED, rates.total([(arr, currency)]), renews_on, bool(at_risk))
        for band, arr, currency, renews_on, at_risk in book.order_by().values_list(
            "health__effective_band", "arr_minor", "currency", "renews_on", "health__at_risk"
        )
    ]
    accounts, arr = Counter(row[0] for row in rows), Counter[str]()
    for band, amount, _, _ in rows:
        arr[band] += amount
    bands = [*_BAND_ORDER, *sorted(set(accounts) - set(_BAND_ORDER))]
    soon = today + timedelta(days=90)
    renewing = [amount for _, amount, day, _ in rows if day and today <= day <= soon]
    risky = [amount for _, amount, _, at_risk in rows if at_risk]
    return BookSummary(
        accounts=len(rows),
        arr_minor=sum(arr.values()),
        by_band=tuple((band, accounts[band], arr[band]) for band in bands),
        at_risk=len(risky),
        at_risk_arr_minor=sum(risky),
        renewals=len(renewing),
        renewals_arr_minor=sum(renewing),
        currency=rates.base,
    )
