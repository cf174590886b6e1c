"""Rows of the operations pages: jobs, nights, messages, accounts that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from accounts.catalogue import AccountStatus
from accounts.models import (
    Account,
    BusinessEventKind,
    DirtyAccount,
    InteractionKind,
    Job,
    OutboxMessage,
    User,
)
from accounts.ui.pagination import COUNT_CAP
from accounts.work import jobs
from cs_platform.models import Intervention, StepRun
from cs_platform.pages.ops import labels as words
from cs_platform.runtime.version import VERSION
from cs_platform.scheduling.job_kinds import HANDLERS
from health.queries.figures import Flapped

JobState, MessageState = Job.State, OutboxMessage.State
FAILED = ~Q(failure="")


def orphans() -> int:
    """Active accounts that nobody owns, counted up to one more than COUNT_CAP."""
    found = Account.objects.filter(status=AccountStatus.ACTIVE, owner=None, pool=None)
    return found.values("pk")[: COUNT_CAP + 1].count()


def kinds_to_describe() -> list[tuple[str, str, int]]:
    """Of those that came with a record: the admin's page, what they are, and how many."""
    found = []
    for model in (BusinessEventKind, InteractionKind):
        count = model._default_manager.filter(met_in_data=True).count()
        page = f"admin:accounts_{model._meta.model_name}_changelist"
        name = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
        found.append((page, str(name), count))
    return [line for line in found if line[2]]


@dataclass(frozen=True, slots=True)
class StepLine:
    name: str
    word: str
    shards: int
    open_shards: int
    failures: int
    count: int | None
    seconds: float | None
    longest: float | None

    @property
    def work(self) -> str:
        return words.span(self.seconds)


@dataclass(frozen=True, slots=True)
class NightLine:
    day: date
    begun_at: datetime
    finished_at: datetime | None
    work: str
    took: str
    open_shards: int
    failures: int


@dataclass(frozen=True, slots=True)
class JobLine:
    id: int
    kind: str
    key: str
    state: str
    at: datetime
    attempts: int
    reason: str
    can_retry: bool


@dataclass(frozen=True, slots=True)
class Versions:
    platform: str
    commit: str
    database: str


def versions() -> Versions:
    number = connection.pg_version  # type: ignore[attr-defined]
    return Versions(VERSION, settings.BUILD_COMMIT, f"{number // 10_000}.{number % 10_000}")


def job_rows(view: str, *, kind: str, now: datetime) -> QuerySet[Job]:
    """due, later, running, dead, done; the most pressing, or the latest, first."""
    rows = Job.objects.filter(kind=kind) if kind else Job.objects.all()
    if view in ("dead", "done"):
        # Uses index: job_finished
        return rows.filter(state=view).order_by(F("finished_at").desc(), F("pk").desc())
    # Uses index: job_due
    if view == "running":
        held = rows.filter(state=JobState.LEASED, lease_until__gte=now)
        return held.order_by("next_at", "pk")
    if view == "later":
        return rows.filter(state=JobState.NEW, next_at__gt=now).order_by("next_at", "pk")
    return rows.filter(pk__in=jobs.due(now=now).values("pk")).order_by("next_at", "pk")


def job_lines(found: list[Job]) -> list[JobLine]:
    return [
        JobLine(
            id=row.pk,
            kind=words.job(row.kind),
            key=row.key,
            state=row.state,
            at=row.finished_at or row.next_at,
            attempts=row.attempts,
            reason=row.reason,
            can_retry=row.kind in HANDLERS,
        )
        for row in found
    ]


def message_rows(view: str, *, now: datetime) -> QuerySet[OutboxMessage]:
    """waiting, dead, suppressed, sent."""
    rows = OutboxMessage.objects.select_related("account", "user", "contact", "endpoint")
    if view == "waiting":
        # Uses index: outbox_due
        waiting = rows.filter(state__in=(MessageState.NEW, MessageState.LEASED))
        return waiting.order_by("next_at", "pk")
    # Uses index: outbox_kept_back; what was sent is read backwards by its key
    return rows.filter(state=view).order_by("-pk")


def step_lines(*, day: date) -> list[StepLine]:
    found = (
        StepRun.objects.filter(day=day)
        .values("step", "position")
        .annotate(
            shards=Count("pk"),
            open_shards=Count("pk", filter=Q(finished_at=None)),
            failures=Count("pk", filter=FAILED),
            total=Sum("count"),
            work=Sum("seconds"),
            longest=Max("seconds"),
        )
        .order_by("position", "step")
    )
    return [
        StepLine(
            name=row["step"],
            word=words.step(row["step"]),
            shards=row["shards"],
            open_shards=row["open_shards"],
            failures=row["failures"],
            count=row["total"],
            seconds=row["work"],
            longest=row["longest"],
        )
        for row in found
    ]


def night_rows() -> Any:
    return (
        StepRun.objects.values("day")
        .annotate(
            begun=Min("planned_at"),
            finished=Max("finished_at"),
            open_shards=Count("pk", filter=Q(finished_at=None)),
            failures=Count("pk", filter=FAILED),
            work=Sum("seconds"),
        )
        .order_by("-day")
    )


def night_lines(found: list[dict[str, Any]]) -> list[NightLine]:
    return [_night_line(row) for row in found]


def _night_line(row: dict[str, Any]) -> NightLine:
    finished = None if row["open_shards"] else row["finished"]
    took = (finished - row["begun"]).total_seconds() if finished else None
    return NightLine(
        day=row["day"],
        begun_at=row["begun"],
        finished_at=finished,
        work=words.span(row["work"]),
        took=words.span(took),
        open_shards=row["open_shards"],
        failures=row["failures"],
    )


def shard_rows(*, day: date, step: str) -> QuerySet[StepRun]:
    rows = StepRun.objects.filter(day=day)
    return (rows.filter(step=step) if step else rows).order_by("position", "shard")


def dirty_rows(user: User) -> QuerySet[DirtyAccount]:
    reachable = Account.objects.for_user(user)
    marks = DirtyAccount.objects.filter(account__in=reachable).select_related("account")
    return marks.order_by("pk")


@dataclass(frozen=True, slots=True)
class FlappingLine:
    account: Account
    times: int
    latest_day: date


def flapping_lines(rows: Sequence[Flapped], *, user: User) -> list[FlappingLine]:
    """With the accounts this person may see, in the order given."""
    ids = [row.account_id for row in rows]
    reachable = Account.objects.for_user(user).filter(pk__in=ids).select_related("owner")
    accounts = {account.pk: account for account in reachable}
    return [
        FlappingLine(accounts[row.account_id], row.times, row.latest_day)
        for row in rows
        if row.account_id in accounts
    ]


def intervention_rows() -> QuerySet[Intervention]:
    return Intervention.objects.select_related("by").order_by("-pk")
