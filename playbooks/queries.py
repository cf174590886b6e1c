"""What pages read: a person's tasks by urgency, an account's plays step by step, what waits.

Every function makes a fixed number of queries, however many rows there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When

from accounts.models import Account, User
from playbooks.models import UNFINISHED, Play, PlayStart, Task
from playbooks.triggers.vocabulary import (
    OwnerRole,
    StartResult,
    Suppression,
    TaskOutcome,
    TaskState,
    label,
)

# What a person may say about a task; the platform says the rest.
HUMAN_OUTCOMES = tuple(outcome for outcome in TaskOutcome if outcome != TaskOutcome.NOTIFIED)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """`score` None: not scored. ARR is in minor units of `currency`."""

    task_id: int
    title: str
    why: str
    closes_when: str
    account_id: int
    account_key: str
    account_name: str
    arr_minor: int
    currency: str
    band: str
    score: Decimal | None
    owner_name: str
    playbook: str
    due_at: datetime
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class StepProgress:
    """`state` is empty while the step lies ahead."""

    title: str
    owner_role: str
    state: str
    outcome: str
    owner_name: str
    due_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlayProgress:
    play_id: int
    name: str
    version: int
    state: str
    outcome: str
    reason: str
    why: str
    opened_at: datetime
    closed_at: datetime | None
    steps: tuple[StepProgress, ...]

    @property
    def finished_steps(self) -> int:
        return sum(1 for step in self.steps if step.state and step.state not in UNFINISHED)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A start that waits in the queue (`reason` empty) or was suppressed."""

    start_id: int
    account_key: str
    account_name: str
    arr_minor: int
    currency: str
    playbook: str
    csm_name: str
    reason: str
    why: str
    decided_at: datetime


def open_tasks(*, user: User, day: date, now: datetime, limit: int = 50) -> list[OpenTask]:
    """What this person has to do, the most urgent first: overdue, at risk, then by due time."""
    tasks = Task.objects.of_person(user, day=day).filter(state=TaskState.OPEN)
    return [_open_task(task, now) for task in by_urgency(_with_account(tasks), now=now)[:limit]]


def account_tasks(*, account: Account, now: datetime, limit: int = 50) -> list[OpenTask]:
    """Unfinished tasks of the account, snoozed ones included, by due time."""
    tasks = Task.objects.filter(account=account, state__in=UNFINISHED)
    return [_open_task(task, now) for task in _with_account(tasks).order_by("due_at", "pk")[:limit]]


def by_urgency(tasks: QuerySet[Task], *, now: datetime) -> QuerySet[Task]:
    overdue = Case(When(due_at__lt=now, then=0), default=1, output_field=IntegerField())
    at_risk = Case(
        When(account__health__at_risk=True, then=Value(0)), default=1, output_field=IntegerField()
    )
    return tasks.order_by(overdue, at_risk, "due_at", "-account__arr_minor", "pk")


def account_plays(*, account: Account, limit: int = 20) -> list[PlayProgress]:
    """The open ones first, then the latest that ended, each with all steps of its version."""
    tasks = Task.objects.select_related("owner").order_by("pk")
    plays = (
        Play.objects.filter(account=account)
        .select_related("playbook")
        .prefetch_related("playbook__steps", Prefetch("tasks", queryset=tasks))
        .order_by("-state", "-opened_at", "-pk")
    )
    return [_progress(play) for play in plays[:limit]]


def held_back(*, user: User, since: datetime, limit: int = 50) -> list[HeldBack]:
    """What waits in the queue, largest first, then what was suppressed since then, newest first."""
    waits = Case(When(result=StartResult.QUEUED, then=0), default=1, output_field=IntegerField())
    rank = Case(When(result=StartResult.QUEUED, then="rank"), default=Value(Decimal(0)))
    starts = PlayStart.objects.for_user(user)
    queued = starts.filter(result=StartResult.QUEUED)
    suppressed = starts.filter(result=StartResult.SUPPRESSED, decided_at__gte=since).exclude(
        reason=Suppression.SEVERER_MATCH
    )
    rows = (
        (queued | suppressed)
        .select_related("account", "playbook", "csm")
        .order_by(waits, "-is_urgent", rank.desc(), "-decided_at", "pk")
    )
    return [_held_back(start) for start in rows[:limit]]


def _with_account(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("owner", "account__health", "play__playbook")


def _open_task(task: Task, now: datetime) -> OpenTask:
    account = task.account
    health = getattr(account, "health", None)
    return OpenTask(
        task_id=task.pk,
        title=task.title,
        why=task.why,
        closes_when=task.closes_when,
        account_id=account.pk,
        account_key=account.external_id,
        account_name=account.name,
        arr_minor=account.arr_minor,
        currency=account.currency,
        band=health.effective_band if health else "",
        score=health.score if health else None,
        owner_name=task.owner.name if task.owner else label(OwnerRole.CS_OPS),
        playbook=task.play.playbook.name if task.play else "",
        due_at=task.due_at,
        is_overdue=task.due_at < now,
    )


def _progress(play: Play) -> PlayProgress:
    tasks = list(play.tasks.all())
    by_step = {task.step_id: task for task in tasks if task.step_id}
    steps = sorted(play.playbook.steps.all(), key=lambda step: step.position)
    planned = [_step(step.title, step.owner_role, by_step.get(step.pk)) for step in steps]
    drawn_in = [_step(task.title, task.owner_role, task) for task in tasks if task.escalation]
    return PlayProgress(
        play_id=play.pk,
        name=play.playbook.name,
        version=play.playbook.version,
        state=play.state,
        outcome=play.outcome or "",
        reason=play.reason,
        why=play.why,
        opened_at=play.opened_at,
        closed_at=play.closed_at,
        steps=(*planned, *drawn_in),
    )


def _step(title: str, owner_role: str, task: Task | None) -> StepProgress:
    if task is None:
        return StepProgress(title, label(owner_role), "", "", "", None, None)
    return StepProgress(
        title=title,
        owner_role=label(owner_role),
        state=task.state,
        outcome=task.outcome or "",
        owner_name=task.owner.name if task.owner else label(OwnerRole.CS_OPS),
        due_at=task.due_at,
        closed_at=task.closed_at,
    )


def _held_back(start: PlayStart) -> HeldBack:
    return HeldBack(
        start_id=start.pk,
        account_key=start.account.external_id,
        account_name=start.account.name,
        arr_minor=start.account.arr_minor,
        currency=start.account.currency,
        playbook=start.playbook.name,
        csm_name=start.csm.name if start.csm else label(OwnerRole.CS_OPS),
        reason=label(start.reason) if start.reason else "",
        why=start.why,
        decided_at=start.decided_at,
    )
