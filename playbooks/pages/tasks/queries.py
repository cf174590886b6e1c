"""Tasks as lists show them: what, for whom, why, until when, and what there is to lose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Window
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from accounts.models import Account, Function, User
from health.scoring import UNSCORED
from playbooks.models import UNFINISHED, Task
from playbooks.triggers.reasons import reason_in_words
from playbooks.triggers.task_sentences import fell_because
from playbooks.triggers.vocabulary import (
    OUTCOMES,
    Channel,
    Fallback,
    TaskState,
    TaskWork,
    label,
    work_of,
)

_ICONS = {
    Channel.EMAIL: "mail",
    Channel.CALL: "phone",
    Channel.VIDEO: "video",
    Channel.MEETING: "users",
    Channel.IN_APP: "message-square",
    Channel.INTERNAL: "file-text",
}


QUEUE_OF_OPS = gettext_noop("Queue of CS ops")


class TaskRow(NamedTuple):
    """A task with its account as lists show it, and what only holds at one moment.

    A tuple of columns: forty tasks with their plays, playbooks, accounts and owners are two
    hundred models.
    """

    pk: int
    title: str
    guidance: str
    own_why: str
    closes_when: str
    channel: str
    state: str
    outcome: str | None
    reason: str
    note: str
    due_at: datetime
    snoozed_until: datetime | None
    closed_at: datetime | None
    owner_id: int | None
    owner_name: str | None
    owner_role: str
    function: str | None
    """Its name, where the role is a function of the account's team."""
    fallback: str
    play_id: int | None
    play_why: str | None
    play_saw: dict[str, Any] | None
    playbook: str | None
    account_id: int
    account_key: str
    account_name: str
    arr_minor: int
    currency: str
    renews_on: date | None
    renews_arr_minor: int
    score: Decimal | None
    effective_band: str | None
    """None where the account was never scored."""
    at_risk: bool | None
    due_on: date
    """In the installation's time zone."""
    is_overdue: bool
    is_snoozed: bool
    """Until a time still to come: nothing to do about it now."""

    @property
    def is_open(self) -> bool:
        return self.state in UNFINISHED

    @property
    def work(self) -> str:
        """What it is about, which decides what may come of it."""
        return work_of(channel=self.channel, has_play=self.play_id is not None).value

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(outcome.value, label(outcome)) for outcome in OUTCOMES[TaskWork(self.work)]]

    @property
    def address(self) -> str:
        return reverse("task", args=[self.pk])

    @property
    def name(self) -> str:
        """Which task it is, in a list where steps of one playbook share a title."""
        return f"{self.title}, {self.account_name}"

    @property
    def icon(self) -> str:
        return _ICONS[Channel(self.channel)]

    @property
    def why(self) -> str:
        """Of a step why its play began, put into words now from what was seen then."""
        if self.own_why and self.own_why != self.play_why:
            return self.own_why
        return reason_in_words(self.play_saw or {}) or self.play_why or ""

    @property
    def owner(self) -> str:
        return self.owner_name or gettext(QUEUE_OF_OPS)

    @property
    def fell_because(self) -> str:
        """Whom the account's team lacks; empty where the task is with who has the role."""
        if not self.fallback:
            return ""
        role = self.function or label(self.owner_role)
        return fell_because(role=role, fallback=Fallback(self.fallback))

    @property
    def band(self) -> str:
        return self.effective_band or UNSCORED

    @property
    def is_urgent(self) -> bool:
        """Of a play on an account at risk."""
        return self.play_id is not None and bool(self.at_risk)


# In the order of TaskRow, up to what only holds at one moment.
_COLUMNS: tuple[Any, ...] = (
    "pk",
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
    "owner_id",
    "owner__name",
    "owner_role",
    Subquery(Function.objects.filter(key=OuterRef("owner_role")).values("name")),
    "fallback",
    "play_id",
    "play__why",
    "play__saw",
    "play__playbook__name",
    "account_id",
    "account__external_id",
    "account__name",
    "account__arr_minor",
    "account__currency",
    "account__renews_on",
    "account__renews_arr_minor",
    "account__health__score",
    "account__health__effective_band",
    "account__health__at_risk",
)


def task_columns(tasks: QuerySet[Task]) -> QuerySet[Task, tuple[Any, ...]]:
    """What `task_rows` reads of each task."""
    return tasks.values_list(*_COLUMNS)


def task_rows(
    columns: Iterable[tuple[Any, ...]], *, now: datetime, zone: ZoneInfo
) -> list[TaskRow]:
    rows = []
    for values in columns:
        state, due_at, snoozed_until = values[_STATE], values[_DUE_AT], values[_SNOOZED_UNTIL]
        due_on = due_at.astimezone(zone).date()
        is_overdue = state in UNFINISHED and due_at < now
        is_snoozed = snoozed_until is not None and snoozed_until > now
        rows.append(TaskRow._make((*values, due_on, is_overdue, is_snoozed)))
    return rows


_STATE, _DUE_AT, _SNOOZED_UNTIL = map(_COLUMNS.index, ("state", "due_at", "snoozed_until"))


def visible_tasks(user: User) -> QuerySet[Task]:
    """Of accounts the person may see, and their own wherever somebody drew them in."""
    seen = Account.objects.for_user(user).values("pk")
    return Task.objects.filter(Q(owner=user) | Q(account__in=seen))


def not_snoozed(now: datetime) -> Q:
    """Open, or snoozed until a time that has come."""
    return Q(state=TaskState.OPEN) | Q(state=TaskState.SNOOZED, snoozed_until__lte=now)


def unfinished(account: Account) -> QuerySet[Task]:
    """Those due first come first."""
    return Task.objects.filter(account=account, state__in=UNFINISHED).order_by("due_at", "pk")


class NextTask(NamedTuple):
    """What is due first at an account; `unfinished` counts all that is open there."""

    pk: int
    title: str
    due_at: datetime
    unfinished: int


def next_task(account: Account) -> NextTask | None:
    counted = unfinished(account).annotate(unfinished=Window(Count("pk")))
    row = counted.values_list("pk", "title", "due_at", "unfinished").first()
    return None if row is None else NextTask._make(row)


def open_task_counts(account_ids: Sequence[int]) -> dict[int, int]:
    counted = (
        Task.objects.filter(account__in=account_ids, state__in=UNFINISHED)
        .order_by()
        .values_list("account")
        .annotate(count=Count("pk"))
    )
    return dict(counted)
