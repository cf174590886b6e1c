"""A currency nobody can convert: what needs it is not stored, nothing stands still for it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Job
from cs_platform.models import StepRun
from cs_platform.scheduling import schedule
from cs_platform.scheduling.job_runner import run_job
from metrics.facts.ledger import MissingRateError
from metrics.models import FactChange, ReportDay, SnapshotMonth
from metrics.snapshots import day_to_refresh, take_snapshots
from tests.metrics.world import CLOSED, MONTH_END


def days_stored():
    return set(ReportDay.objects.values_list("day", flat=True))


def months_stored():
    return set(SnapshotMonth.objects.values_list("month", flat=True))


@pytest.fixture
def franc(company, world):
    company.post(world[0], date(2025, 6, 12), "expansion", 50_00, currency="CHF")


def test_months_before_the_currency_came_are_stored_and_days_wait(company, franc):
    notes = FactChange.objects.count()
    with pytest.raises(MissingRateError, match="no rate from CHF to USD"):
        take_snapshots(day=CLOSED)
    assert MONTH_END in months_stored()
    assert days_stored() == set()
    assert FactChange.objects.count() == notes
    company.rate("CHF", "1.1")
    assert take_snapshots(day=CLOSED) > 0
    assert days_stored() == {MONTH_END, CLOSED}


def run_night(day):
    """The snapshots of that night and what comes after them, as its jobs do."""
    now = datetime.now(UTC)
    schedule.plan(day=day)
    snapshots = StepRun.objects.get(day=day, step="snapshots")
    StepRun.objects.filter(day=day, position__lt=snapshots.position).update(finished_at=now)
    schedule.ring_next_steps(day=day, now=now)
    while jobs := list(Job.objects.filter(kind=schedule.JOB_KIND, state="new")):
        for job in jobs:
            assert run_job(job.pk)
    return StepRun.objects.get(pk=snapshots.pk)


def test_the_night_goes_on_and_names_the_currency(company, franc):
    step = run_night(CLOSED)
    assert schedule.is_through(day=CLOSED)
    assert step.failure == "no rate from CHF to USD: reports that need it are not stored"
    assert not Job.objects.filter(state="dead").exists()
    company.rate("CHF", "1.1")
    assert run_night(CLOSED + timedelta(days=1)).failure == ""
    assert days_stored() == {MONTH_END, CLOSED}


def test_a_refresh_of_the_report_is_no_failed_job(company, world):
    take_snapshots(day=CLOSED)
    company.post(world[0], date(2025, 6, 12), "expansion", 50_00, currency="CHF")
    assert day_to_refresh() == CLOSED
    job = Job.objects.create(
        kind="metrics.refresh",
        key="now",
        payload={"day": CLOSED.isoformat()},
        next_at=datetime.now(UTC),
    )
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.reason) == ("done", "")
