"""Tasks as lists show them: what, for whom, why, until when, and what there is to lose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from accounts.models import Account, User
from cs_platform.pages.portfolio_queries import UNSCORED
from playbooks.models import UNFINISHED, Task
from playbooks.triggers.vocabulary import Channel, TaskState, label

_ICONS = {
    Channel.EMAIL: "mail",
    Channel.CALL: "phone",
    Channel.VIDEO: "video",
    Channel.MEETING: "users",
    Channel.IN_APP: "message-square",
    Channel.INTERNAL: "file-text",
}


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: int
    title: str
    guidance: str
    why: str
    closes_when: str
    note: str
    channel: str
    icon: str
    state: str
    outcome: str
    reason: str
    due_at: datetime
    due_on: date
    is_overdue: bool
    is_urgent: bool
    """Of a play on an account at risk."""
    snoozed_until: datetime | None
    closed_at: datetime | None
    owner_id: int | None
    owner: str
    playbook: str
    account_id: int
    external_id: str
    account: str
    band: str
    score: object
    arr_minor: int
    currency: str
    renews_on: date | None

    @property
    def is_open(self) -> bool:
        return self.state in UNFINISHED


def with_account(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("owner", "play__playbook", "account__health")


def task_row(task: Task, *, now: datetime, zone: ZoneInfo) -> TaskRow:
    account, play = task.account, task.play
    health = getattr(account, "health", None)
    return TaskRow(
        id=task.pk,
        title=task.title,
        guidance=task.guidance,
        why=task.why or (play.why if play else ""),
        closes_when=task.closes_when,
        note=task.note,
        channel=label(task.channel),
        icon=_ICONS[Channel(task.channel)],
        state=task.state,
        outcome=label(task.outcome) if task.outcome else "",
        reason=task.reason,
        due_at=task.due_at,
        due_on=task.due_at.astimezone(zone).date(),
        is_overdue=task.state in UNFINISHED and task.due_at < now,
        is_urgent=play is not None and health is not None and health.at_risk,
        snoozed_until=task.snoozed_until,
        closed_at=task.closed_at,
        owner_id=task.owner_id,
        owner=task.owner.name if task.owner else f"{label(task.owner_role)} queue",
        playbook=play.playbook.name if play else "",
        account_id=account.pk,
        external_id=account.external_id,
        account=account.name,
        band=health.effective_band if health else UNSCORED,
        score=health.score if health else None,
        arr_minor=account.arr_minor,
        currency=account.currency,
        renews_on=account.renews_on,
    )


def task_rows(tasks: Iterable[Task], *, now: datetime, zone: ZoneInfo) -> list[TaskRow]:
    return [task_row(task, now=now, zone=zone) for task in tasks]


def visible_tasks(user: User) -> QuerySet[Task]:
    """Of accounts the person may see, and their own wherever somebody drew them in."""
    seen = Account.objects.for_user(user).values("pk")
    return Task.objects.filter(Q(owner=user) | Q(account__in=seen))


def awake(now: datetime) -> Q:
    """Open, or snoozed until a time that has come."""
    return Q(state=TaskState.OPEN) | Q(state=TaskState.SNOOZED, snoozed_until__lte=now)


def unfinished(account: Account) -> QuerySet[Task]:
    return with_account(Task.objects.filter(account=account, state__in=UNFINISHED))


def next_task(account: Account) -> Task | None:
    return unfinished(account).order_by("due_at", "pk").first()


def open_task_counts(account_ids: Sequence[int]) -> dict[int, int]:
    counted = (
        Task.objects.filter(account__in=account_ids, state__in=UNFINISHED)
        .order_by()
        .values_list("account")
        .annotate(count=Count("pk"))
    )
    return dict(counted)
