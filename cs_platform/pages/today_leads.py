"""What leads to an account without being a task: nothing is open, it renews, a step was agreed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.catalogue import InteractionKind
from accounts.models import Account, Interaction
from accounts.models.scope import AnyOf
from cs_platform import formats
from cs_platform.pages.today_items import (
    COLUMNS,
    READ_AT_MOST,
    RENEWAL_DAYS,
    QueueItem,
    Stakes,
    Urgency,
    make_item,
)
from cs_platform.templatetags.cs import band_look
from playbooks.models import UNFINISHED, Task
from playbooks.triggers.vocabulary import ANSWERS, TaskState

PROMISE_DAYS = 7
PROMISE_MEMORY_DAYS = 60


def _open_tasks() -> QuerySet[Task]:
    return Task.objects.filter(account=OuterRef("pk"), state__in=UNFINISHED)


def lone_items(book: QuerySet[Account], *, today: date, stakes: Stakes) -> list[QueueItem]:
    """At risk, and no task is open there."""
    found = _with_health(book.filter(~Exists(_open_tasks()), health__at_risk=True))
    arr = stakes.rates.expression("arr_minor", currency="currency").desc(nulls_last=True)
    return [
        make_item(
            account,
            Urgency.ALONE,
            title="Plan the next step",
            why=f"{band_look(account.health.effective_band).word} at "
            f"{formats.score(account.health.score)}, and no task is open.",
            stakes=stakes,
            today=today,
        )
        for account in found.order_by(arr, "pk")[:READ_AT_MOST]
    ]


def _with_health(accounts: QuerySet[Account]) -> QuerySet[Account]:
    return accounts.select_related("health", "owner").only(*COLUMNS)


def renewal_items(
    book: QuerySet[Account], *, today: date, zone: ZoneInfo, stakes: Stakes
) -> list[QueueItem]:
    """Every contract that ends within 30 days, until it has: a task for later is named."""
    last = today + timedelta(days=RENEWAL_DAYS)
    following = _open_tasks().order_by("due_at", "pk")
    found = _with_health(book.filter(renews_on__range=(today, last))).annotate(
        next_title=Subquery(following.values("title")[:1]),
        next_due=Subquery(following.values("due_at")[:1]),
    )
    return [
        make_item(
            account,
            Urgency.RENEWAL,
            title="Check the renewal" if account.next_due else "Plan the renewal",
            why=f"The contract ends {formats.relative_day(account.renews_on or today, today=today)}"
            + _following(account.next_title, account.next_due, zone=zone),
            stakes=stakes,
            today=today,
        )
        for account in found.order_by("renews_on", "pk")[:READ_AT_MOST]
    ]


def _following(title: str | None, due_at: datetime | None, *, zone: ZoneInfo) -> str:
    if title is None or due_at is None:
        return " and no task is open."
    return f". Next: “{title}”, due {formats.day(due_at.astimezone(zone).date())}."


def follow_up_items(
    book: QuerySet[Account], *, now: datetime, zone: ZoneInfo, stakes: Stakes
) -> list[QueueItem]:
    """A next step was agreed a week ago or longer, and nobody has spoken since."""
    return [
        make_item(
            row.account,
            Urgency.FOLLOW_UP,
            title=row.next_step,
            why=f"Agreed on {formats.day(row.occurred_at.astimezone(zone).date())};"
            " nobody has spoken since.",
            stakes=stakes,
            today=now.astimezone(zone).date(),
        )
        for row in _silent_since(book, now=now)[:READ_AT_MOST]
    ]


def _silent_since(book: QuerySet[Account], *, now: datetime) -> QuerySet[Interaction]:
    """Agreed steps, the latest first, after which no person and no answer is on record."""
    spoken = Interaction.objects.filter(
        account=OuterRef("account"), occurred_at__gt=OuterRef("occurred_at")
    ).exclude(kind=InteractionKind.SUPPORT)
    answered = Task.objects.filter(
        account=OuterRef("account"),
        closed_at__gt=OuterRef("occurred_at"),
        state=TaskState.DONE,
        outcome__in=ANSWERS,
    )
    window = (now - timedelta(days=PROMISE_MEMORY_DAYS), now - timedelta(days=PROMISE_DAYS))
    return (
        Interaction.objects.filter(
            AnyOf("account", book.values("pk")),
            ~Exists(spoken),
            ~Exists(answered),
            occurred_at__range=window,
        )
        .exclude(next_step="")
        .select_related("account__health", "account__owner")
        .only("next_step", "occurred_at", *(f"account__{column}" for column in COLUMNS))
        .order_by("-occurred_at", "pk")
    )
