"""Plans nights and carries them through: which days are due, which steps are next, what is left.

Nothing here trusts that it runs once or alone. The rows of a day are made together; whoever
finishes a step asks for the next; a tick asks again for whatever stood still.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet

from accounts import clock
from accounts.models import Account, Installation
from accounts.work import jobs
from cs_platform.models import StepRun
from cs_platform.runtime.work_locks import only_one
from cs_platform.scheduling.nightly_steps import (
    BY_NAME,
    SHARD_ACCOUNTS,
    Shard,
    day_after,
    steps_for,
)

CLOSES_AT = time_of_day(0, 15)
JOB_KIND = "nightly.step"


def day_to_close(*, now: datetime, installation: Installation) -> date:
    """The latest day that is over: from 00:15 local time on, the day before."""
    local = now.astimezone(installation.zone)
    days = 1 if local.time() >= CLOSES_AT else 2
    return local.date() - timedelta(days=days)


def next_closing(*, now: datetime, installation: Installation) -> datetime | None:
    """When the first day that is not closed may be closed: past when a night is late.

    None while the installation is frozen on a day, or before its first night.
    """
    latest = latest_closed_day()
    if installation.as_of is not None or latest is None:
        return None
    morning = latest + timedelta(days=2)
    return datetime.combine(morning, CLOSES_AT, tzinfo=installation.zone)


def latest_closed_day() -> date | None:
    """None before the first night is through."""
    # Uses index: step_open
    first_open = _open_steps().aggregate(day=Min("day"))["day"]
    planned = StepRun.objects.all()
    if first_open is not None:
        planned = planned.filter(day__lt=first_open)
    latest: date | None = planned.aggregate(day=Max("day"))["day"]
    return latest


def days_due(*, now: datetime, installation: Installation) -> list[date]:
    """What is missing since the latest closed day, oldest first; an installation's first night
    is the day before, whatever history it has imported."""
    final = day_to_close(now=now, installation=installation)
    latest = latest_closed_day()
    first = final if latest is None else latest + timedelta(days=1)
    return [first + timedelta(days=n) for n in range((final - first).days + 1)]


def resume(*, now: datetime) -> date | None:
    """Asks for the next steps of the oldest night that is not through; plans it where it is
    missing. The day it works on; None when all is closed.

    Days go one after the other: each starts from what the one before it left.
    """
    installation = Installation.current()
    first_open: date | None = _open_steps().aggregate(day=Min("day"))["day"]
    if first_open is None:
        due = [] if installation.as_of else days_due(now=now, installation=installation)
        if not due:
            return None
        first_open = due[0]
        plan(day=first_open)
    enqueue_next_steps(day=first_open, now=now)
    return first_open


def plan(*, day: date) -> None:
    """All rows of a night, made together: "is it closed" is a query from then on."""
    with transaction.atomic(), only_one("nights.plan"):
        if not StepRun.objects.filter(day=day).exists():
            _write_plan(day, number=1)


def replan(*, day: date) -> None:
    """A closed day once more, with the accounts there are now; an open one goes on as it is."""
    with transaction.atomic(), only_one("nights.plan"):
        rows = StepRun.objects.filter(day=day)
        if rows.filter(finished_at=None).exists():
            return
        number = (rows.aggregate(latest=Max("round"))["latest"] or 0) + 1
        rows.delete()
        _write_plan(day, number=number)


def _write_plan(day: date, *, number: int) -> None:
    shards = _account_shards()
    StepRun.objects.bulk_create(
        StepRun(
            step=step.name, day=day, shard=shard, position=position, round=number,
            first_account_id=ids[0], final_account_id=ids[1],
        )
        for position, step in steps_for(day)
        for shard, ids in enumerate(shards if step.by_account else [(None, None)])
    )  # fmt: skip


def _account_shards() -> list[tuple[int | None, int | None]]:
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    chunks = [ids[n : n + SHARD_ACCOUNTS] for n in range(0, len(ids), SHARD_ACCOUNTS)]
    return [(chunk[0], chunk[-1]) for chunk in chunks] or [(None, None)]


def enqueue_next_steps(*, day: date, now: datetime) -> int:
    """A job for each open shard of the first open step; made once, however often it is asked."""
    # Uses index: step_open
    position = _open_steps().filter(day=day).aggregate(first=Min("position"))["first"]
    rows = _open_steps().filter(day=day, position=position).order_by("pk")
    return sum(
        jobs.enqueue(kind=JOB_KIND, key=_job_key(row), payload={"step_run": row.pk}, next_at=now)
        for row in rows
    )


def is_through(*, day: date) -> bool:
    planned = StepRun.objects.filter(day=day)
    return planned.exists() and not planned.filter(finished_at=None).exists()


def waiting_jobs(*, day: date, now: datetime) -> list[int]:
    """Due jobs of the night, for a process that works on it by itself."""
    due = jobs.due(now=now).filter(kind=JOB_KIND, key__startswith=f"{day}/")
    return list(due.order_by("pk").values_list("pk", flat=True))


def retry(*, day: date, now: datetime) -> int:
    """Dead steps of an open night try again, after somebody has removed the reason."""
    rows = _open_steps().filter(day=day).order_by("pk")
    return sum(jobs.revive(kind=JOB_KIND, key=_job_key(row), now=now) for row in rows)


def run_step(claim: jobs.Claim) -> None:
    """The handler of a nightly job."""
    row = StepRun.objects.get(pk=claim.payload["step_run"])
    if row.finished_at is not None:
        return
    started = time.monotonic()
    shard = Shard(
        row.day, day_after(row.day), clock.now(), row.first_account_id, row.final_account_id
    )
    count = BY_NAME[row.step].run(shard)
    finish(row, count=count, seconds=time.monotonic() - started)


def finish(row: StepRun, *, count: int | None, seconds: float, failure: str = "") -> None:
    now = datetime.now(UTC)
    StepRun.objects.filter(pk=row.pk, round=row.round, finished_at=None).update(
        finished_at=now, count=count, seconds=seconds, failure=failure[:500]
    )
    if (
        enqueue_next_steps(day=row.day, now=now) == 0
        and not _open_steps().filter(day=row.day).exists()
    ):
        settle_overtaken()
        resume(now=now)


def settle_overtaken() -> None:
    """Given-up jobs of nights that are through need nobody once others have done their work."""
    for claim in jobs.dead(kind=JOB_KIND):
        if because := _overtaken_by(claim):
            jobs.settle(kind=JOB_KIND, key=claim.key, because=because)


def _overtaken_by(claim: jobs.Claim) -> str:
    """Empty while something of its work is missing."""
    if not is_through(day=date.fromisoformat(claim.key.partition("/")[0])):
        return ""
    row = StepRun.objects.filter(pk=claim.payload["step_run"]).first()
    if row is None:
        return "the whole day was run again"
    if _job_key(row) != claim.key:
        return "its accounts went on in smaller parts"
    if not row.failure:
        return "the step was done all the same"
    later = _next_success(row)
    return f"the night of {later} did this step for the account" if later else ""


def _next_success(left_out: StepRun) -> date | None:
    """Of the account that a step was given up for."""
    accounts = Q(
        first_account_id__lte=left_out.first_account_id,
        final_account_id__gte=left_out.first_account_id,
    )
    # Uses index: step_day
    done = StepRun.objects.filter(
        accounts, step=left_out.step, day__gt=left_out.day, finished_at__isnull=False, failure=""
    )
    day: date | None = done.aggregate(day=Min("day"))["day"]
    return day


def give_up(claim: jobs.Claim, *, reason: str) -> None:
    """A shard that fails for good is halved until the account is found that it fails for.

    That account is left out with the reason; the night goes on without it. A step that is not
    divided stays open: the night stands still and says so (/readyz, verify_invariants).
    """
    row = _waiting_for(claim)
    if row is not None:
        _give_up(row, reason=reason)


def revive(claim: jobs.Claim) -> None:
    if _waiting_for(claim) is None:
        raise jobs.SettledError(
            "The night went on without it. To run the whole day again: manage.py nightly --day"
            f" {claim.key.partition('/')[0]}"
        )


def _waiting_for(claim: jobs.Claim) -> StepRun | None:
    """None once the step is done, or goes on in halves under other keys."""
    row = _open_steps().filter(pk=claim.payload["step_run"]).first()
    return row if row is not None and _job_key(row) == claim.key else None


def deaths(*, day: date) -> dict[str, str]:
    """Why open steps of this night stand still, by the key of their job."""
    keys = [_job_key(row) for row in _open_steps().filter(day=day)]
    return jobs.deaths(kind=JOB_KIND, keys=keys)


def _give_up(row: StepRun, *, reason: str) -> None:
    if row.first_account_id is None or row.final_account_id is None:
        return
    if row.first_account_id == row.final_account_id:
        finish(row, count=0, seconds=0, failure=f"account {row.first_account_id}: {reason}")
        return
    _halve_shard(row)
    enqueue_next_steps(day=row.day, now=datetime.now(UTC))


def _halve_shard(row: StepRun) -> None:
    with transaction.atomic(), only_one("nights.plan"):
        shards = StepRun.objects.filter(day=row.day, step=row.step)
        number = (shards.aggregate(highest=Max("shard"))["highest"] or 0) + 1
        first, final = int(row.first_account_id or 0), int(row.final_account_id or 0)
        middle = (first + final) // 2
        if not shards.filter(pk=row.pk, round=row.round).update(
            final_account_id=middle, round=row.round + 1
        ):
            return
        # The round makes its key new: a job is made once for ever, also one of an earlier run.
        StepRun.objects.create(
            step=row.step, day=row.day, shard=number, position=row.position, round=row.round + 1,
            first_account_id=middle + 1, final_account_id=final,
        )  # fmt: skip


def _open_steps() -> QuerySet[StepRun]:
    return StepRun.objects.filter(finished_at=None)


def _job_key(row: StepRun) -> str:
    return f"{row.day}/{row.position}/{row.step}/{row.shard}/{row.round}"
