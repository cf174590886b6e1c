"""The night: once a day whatever is repeated, raced, killed or missed."""

import os
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import Count

from accounts.models import Account, Installation, Job
from accounts.work import jobs, leases
from cs_platform.models import StepRun
from cs_platform.scheduling import invariants, job_runner, nightly_steps, periodic, schedule
from health.models import ClosedDay, HealthScore
from tests.pipeline.conftest import closed, days_before, results
from tests.pipeline.processes import MANAGE, manage, running, until

pytestmark = pytest.mark.faults


def assert_each_account_once(day) -> None:
    per_account = HealthScore.objects.filter(day=day).values("account").annotate(rows=Count("*"))
    assert per_account.count() > 0
    assert set(per_account.values_list("rows", flat=True)) == {1}


def steps_of(day) -> list[str]:
    rows = StepRun.objects.filter(day=day, finished_at__isnull=False).order_by("finished_at")
    return list(rows.values_list("step", flat=True))


def test_a_night_runs_every_step_in_order_and_closes_the_day(day):
    call_command("nightly", verbosity=0)
    assert steps_of(day) == [step.name for step in nightly_steps.STEPS]
    assert list(ClosedDay.objects.values_list("day", flat=True)) == [day]
    assert_each_account_once(day)
    assert schedule.latest_closed_day() == day
    assert invariants.broken(day=day + timedelta(days=1)) == []


def test_a_night_run_twice_leaves_the_same_rows(day):
    call_command("nightly", verbosity=0)
    once = results()
    call_command("nightly", verbosity=0)
    assert results() == once
    call_command("nightly", day=day, verbosity=0)
    assert results() == once
    assert set(StepRun.objects.values_list("round", flat=True)) == {2}


def test_two_processes_at_once_leave_what_one_would(day):
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda _: manage("nightly"), range(2)))
    assert [(end.returncode, end.stderr) for end in ends] == [(0, "")] * 2
    together = results()
    assert sorted(steps_of(day)) == sorted(step.name for step in nightly_steps.STEPS)
    assert_each_account_once(day)
    call_command("nightly", day=day, verbosity=0)
    assert results() == together


def test_a_night_killed_again_and_again_ends_as_if_nothing_had_happened(day, company):
    chance = random.Random(7)
    kills = 0
    while kills < 3:
        with running([*MANAGE, "nightly"]) as victim:
            before = StepRun.objects.filter(finished_at__isnull=False).count()
            wanted = before + chance.randint(1, 2)
            until(
                lambda wanted=wanted, victim=victim: (
                    victim.poll() is not None
                    or StepRun.objects.filter(finished_at__isnull=False).count() >= wanted
                ),
                seconds=60,
            )
            os.kill(victim.pid, signal.SIGKILL)
        kills += 1
        # As if the lease of the killed process had run out; waiting for it proves nothing more.
        Job.objects.filter(state="leased").update(lease_until=datetime.now(UTC) - leases.LEASE)
    assert manage("nightly").stderr == ""
    survived = results()
    assert_each_account_once(day)
    call_command("nightly", day=day, verbosity=0)
    assert results() == survived
    assert not Job.objects.filter(state="dead").exists()


def test_three_missed_days_are_caught_up_in_order(day):
    closed(day=days_before(day, count=4))
    call_command("nightly", verbosity=0)
    missed = [days_before(day, count=n) for n in (3, 2, 1, 0)]
    assert list(ClosedDay.objects.order_by("closed_at").values_list("day", flat=True)) == missed
    for each in missed:
        assert_each_account_once(each)
        assert steps_of(each) == [step.name for step in nightly_steps.STEPS]
    last, first = missed[1], missed[2]
    ended = StepRun.objects.filter(day=last).order_by("-finished_at")[0].finished_at
    began = StepRun.objects.filter(day=first).order_by("planned_at")[0].planned_at
    assert ended <= began


def test_any_number_of_beats_plan_a_night_once(day):
    now = datetime.now(UTC)
    for _ in range(3):
        periodic.insert_due(now=now)
    assert StepRun.objects.filter(day=day).count() == len(nightly_steps.STEPS)
    assert Job.objects.filter(kind=schedule.JOB_KIND).count() == 1
    assert Job.objects.filter(kind="plays.advance").count() == 1


def test_a_frozen_installation_has_no_nights(day):
    Installation.objects.update(as_of=days_before(day, count=40))
    assert schedule.resume(now=datetime.now(UTC)) is None
    assert not StepRun.objects.exists()


def test_shards_cover_every_account_once(company, monkeypatch):
    monkeypatch.setattr(schedule, "SHARD_ACCOUNTS", 5)
    shards = schedule._account_shards()
    covered = [
        pk
        for first, final in shards
        for pk in Account.objects.filter(pk__range=(first, final)).values_list("pk", flat=True)
    ]
    assert sorted(covered) == company
    assert len(shards) == -(-len(company) // 5)


def test_a_job_that_is_nobodys_is_dead_with_a_reason_and_the_worker_lives(transactional_db):
    now = datetime.now(UTC)
    jobs.enqueue(kind="unheard.of", key="1", next_at=now)
    for _ in range(jobs.PATIENCE.tries):
        Job.objects.update(next_at=now)
        assert job_runner.run_job(Job.objects.get().pk) is True
    job = Job.objects.get()
    assert job.state == "dead"
    assert job.reason.startswith("KeyError at cs_platform/scheduling/job_runner.py:")
