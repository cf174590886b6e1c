"""A shard that fails is halved until the account is found that it fails for; the night goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from accounts.models import Account, Job
from accounts.work import jobs, leases
from cs_platform.models import StepRun
from cs_platform.scheduling import invariants, job_runner, periodic, schedule
from health.models import HealthScore
from tests.pipeline.conftest import closed, days_before

pytestmark = pytest.mark.faults
KILLED = "its worker died or hung 8 times"


def test_one_poisonous_account_is_left_out_with_its_reason(day, company):
    """A shard that dies is halved until one account is left; the night goes on without it."""
    schedule.plan(day=day)
    row = StepRun.objects.get(step="score", day=day)
    active = set(Account.objects.filter(status="active").values_list("pk", flat=True))
    poison = sorted(active)[len(active) // 2]
    while (dead := StepRun.objects.filter(
        step="score", finished_at=None,
        first_account_id__lte=poison, final_account_id__gte=poison,
    ).first()) is not None:  # fmt: skip
        key = f"{day}/{dead.position}/score/{dead.shard}/{dead.round}"
        claim = jobs.Claim(0, schedule.JOB_KIND, key, {"step_run": dead.pk}, fence=1, attempts=3)
        for _ in range(2):  # again is nothing
            schedule.give_up(claim, reason="ValueError: poison")
    row.refresh_from_db()
    failed = StepRun.objects.exclude(failure="")
    assert [r.failure for r in failed] == [f"account {poison}: ValueError: poison"]
    call_command("nightly", day=day, verbosity=0)
    scored = set(HealthScore.objects.filter(day=day).values_list("account", flat=True))
    assert scored == active - {poison}
    assert invariants.broken(day=day + timedelta(days=1)) == []


def test_a_shard_whose_workers_all_died_is_halved_like_one_that_failed(day, company):
    now = datetime.now(UTC)
    schedule.plan(day=day)
    row = StepRun.objects.get(step="score", day=day)
    StepRun.objects.filter(position__lt=row.position).update(finished_at=now)
    schedule.enqueue_next_steps(day=day, now=now)
    Job.objects.update(state="leased", attempts=jobs.PATIENCE.kills, lease_until=now - leases.LEASE)
    whole = Job.objects.get()
    assert job_runner.run_job(whole.pk) is True
    whole.refresh_from_db()
    assert (whole.state, whole.reason) == ("dead", "its worker died or hung 8 times")

    periodic.insert_due(now=now)
    periodic.insert_due(now=now)

    halves = StepRun.objects.filter(step="score").order_by("first_account_id")
    assert [half.failure for half in halves] == ["", ""]
    assert halves[0].first_account_id == row.first_account_id
    assert halves[0].final_account_id + 1 == halves[1].first_account_id
    assert halves[1].final_account_id == row.final_account_id
    assert schedule.deaths(day=day) == {}
    assert len(schedule.waiting_jobs(day=day, now=datetime.now(UTC))) == 2
    # The whole shard is not run beside its halves.
    with pytest.raises(jobs.SettledError, match=f"manage.py nightly --day {day}"):
        schedule.revive(jobs.Claim.of(whole))


def reach_the_scores(day) -> None:
    """As if the steps before them were through."""
    now = datetime.now(UTC)
    schedule.plan(day=day)
    scores = StepRun.objects.get(step="score", day=day)
    earlier = StepRun.objects.filter(day=day, position__lt=scores.position)
    earlier.update(finished_at=now, count=0, seconds=0)
    schedule.enqueue_next_steps(day=day, now=now)


def kill(row: StepRun) -> Job:
    """As if its workers had died over it, one after the other."""
    job = Job.objects.get(kind=schedule.JOB_KIND, key=schedule._job_key(row))
    gone = datetime.now(UTC) - leases.LEASE
    Job.objects.filter(pk=job.pk).update(
        state="leased", attempts=jobs.PATIENCE.kills, lease_until=gone, fence=job.fence + 1
    )
    assert job_runner.run_job(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.reason) == ("dead", KILLED)
    return job


def shard_of(poison: int, day) -> StepRun | None:
    shards = StepRun.objects.filter(step="score", day=day, finished_at=None)
    return shards.filter(first_account_id__lte=poison, final_account_id__gte=poison).first()


def leave_out(poison: int, day) -> list[Job]:
    """The jobs that die until the account stands alone, which is the last of them."""
    dead = []
    while (row := shard_of(poison, day)) is not None:
        dead.append(kill(row))
    return dead


def test_a_night_that_is_through_takes_what_went_on_in_parts_off_the_list(day, company):
    """Nobody has to press Retry for a shard whose halves are done."""
    reach_the_scores(day)
    whole = kill(StepRun.objects.get(step="score", day=day))
    call_command("nightly", day=day, verbosity=0)
    whole.refresh_from_db()
    assert whole.state == "done"
    assert whole.reason == f"{KILLED} (settled: its accounts went on in smaller parts)"
    assert not Job.objects.filter(state="dead").exists()


def test_an_account_that_was_left_out_stays_until_a_night_has_done_it(day, company):
    before = days_before(day, count=1)
    closed(day=days_before(day, count=2))
    reach_the_scores(before)
    *parts, alone = leave_out(company[len(company) // 2], before)
    call_command("nightly", day=before, verbosity=0)
    assert list(Job.objects.filter(state="dead")) == [alone]
    assert {Job.objects.get(pk=part.pk).state for part in parts} == {"done"}

    call_command("nightly", verbosity=0)
    alone.refresh_from_db()
    assert alone.state == "done"
    assert alone.reason == f"{KILLED} (settled: the night of {day} did this step for the account)"


def test_an_account_that_is_left_out_again_keeps_both_of_its_jobs(day, company):
    before, poison = days_before(day, count=1), company[0]
    closed(day=days_before(day, count=2))
    dead = []
    for night in (before, day):
        reach_the_scores(night)
        dead.append(leave_out(poison, night)[-1])
        call_command("nightly", day=night, verbosity=0)
    assert set(Job.objects.filter(state="dead")) == set(dead)


def test_a_day_that_is_run_again_takes_its_dead_jobs_off_the_list(day, company):
    reach_the_scores(day)
    alone = leave_out(company[0], day)[-1]
    for _ in range(2):
        call_command("nightly", day=day, verbosity=0)
    alone.refresh_from_db()
    assert alone.state == "done"
    assert alone.reason == f"{KILLED} (settled: the whole day was run again)"


def test_a_day_that_is_halved_again_when_it_is_run_again_comes_through(day, company):
    """Its parts are not taken for those of the first time, which are done."""
    reach_the_scores(day)
    kill(StepRun.objects.get(step="score", day=day))
    call_command("nightly", day=day, verbosity=0)
    schedule.replan(day=day)
    reach_the_scores(day)
    kill(StepRun.objects.get(step="score", day=day))
    assert len(schedule.waiting_jobs(day=day, now=datetime.now(UTC))) == 2
    call_command("nightly", day=day, verbosity=0)
    assert schedule.is_through(day=day)


def test_a_step_that_was_done_before_its_job_died_needs_nobody(day, company):
    reach_the_scores(day)
    scores = StepRun.objects.get(step="score", day=day)
    job_runner.run_job(Job.objects.get(key=schedule._job_key(scores)).pk)
    job = kill(scores)
    call_command("nightly", day=day, verbosity=0)
    job.refresh_from_db()
    assert (job.state, job.reason) == (
        "done",
        f"{KILLED} (settled: the step was done all the same)",
    )


def test_a_step_that_stands_still_waits_for_somebody(day, company):
    schedule.plan(day=day)
    schedule.enqueue_next_steps(day=day, now=datetime.now(UTC))
    job = kill(StepRun.objects.order_by("position").filter(day=day)[0])
    schedule.settle_overtaken()
    job.refresh_from_db()
    assert (job.state, job.reason) == ("dead", KILLED)
