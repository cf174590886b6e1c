"""Tasks as lists show them: what, for whom, why, until when, and what there is to lose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.models import Account, User
from health.models import CurrentHealth
from health.scoring import UNSCORED
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


# A row of a list needs no score of ninety days, no description of a playbook.
_COLUMNS = (
    "title",
    "guidance",
    "why",
    "closes_when",
    "channel",
    "state",
    "outcome",
    "reason",
    "note",
    "due_at",
    "snoozed_until",
    "closed_at",
    "owner_role",
    "owner__name",
    "play__why",
    "play__playbook__name",
    "account__external_id",
    "account__name",
    "account__arr_minor",
    "account__currency",
    "account__renews_on",
    "account__health__score",
    "account__health__effective_band",
    "account__health__at_risk",
)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with its account, and what only holds at one moment."""

    task: Task
    due_on: date
    is_overdue: bool
    is_asleep: bool
    """Snoozed until a time still to come: nothing to do about it now."""

    @property
    def is_open(self) -> bool:
        return self.task.state in UNFINISHED

    @property
    def address(self) -> str:
        return reverse("task", args=[self.task.pk])

    @property
    def icon(self) -> str:
        return _ICONS[Channel(self.task.channel)]

    @property
    def why(self) -> str:
        return self.task.why or (self.task.play.why if self.task.play else "")

    @property
    def playbook(self) -> str:
        return self.task.play.playbook.name if self.task.play else ""

    @property
    def owner(self) -> str:
        return self.task.owner.name if self.task.owner else f"{label(self.task.owner_role)} queue"

    @property
    def health(self) -> CurrentHealth | None:
        return getattr(self.task.account, "health", None)

    @property
    def band(self) -> str:
        return self.health.effective_band if self.health else UNSCORED

    @property
    def is_urgent(self) -> bool:
        """Of a play on an account at risk."""
        return self.task.play is not None and self.health is not None and self.health.at_risk


def with_account(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("owner", "play__playbook", "account__health").only(*_COLUMNS)


def task_row(task: Task, *, now: datetime, zone: ZoneInfo) -> TaskRow:
    return TaskRow(
        task=task,
        due_on=task.due_at.astimezone(zone).date(),
        is_overdue=task.state in UNFINISHED and task.due_at < now,
        is_asleep=task.snoozed_until is not None and task.snoozed_until > now,
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
