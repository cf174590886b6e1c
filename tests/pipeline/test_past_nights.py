"""A past day run again writes what is about it; a broken invariant and a lost database are said."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from accounts.models import Account, AttributeHistory, Contract, RevenueMovement, Signal
from cs_platform.models import StepRun
from cs_platform.scheduling import schedule
from health.models import CurrentHealth, ThresholdCrossing
from metrics.models import ReportDay
from playbooks.models import Play, PlayStart, Task
from tests.pipeline.conftest import days_before, results
from tests.pipeline.processes import MANAGE, manage, running, until

pytestmark = pytest.mark.faults
PRESENT = (
    Account, AttributeHistory, Contract, CurrentHealth, Play, PlayStart, ReportDay,
    RevenueMovement, Signal, Task, ThresholdCrossing,
)  # fmt: skip


def present() -> dict[str, list]:
    return {
        model.__name__: sorted(map(repr, model._base_manager.values_list())) for model in PRESENT
    }


def test_a_past_day_run_again_leaves_the_present_as_it_is(day):
    for back in (3, 2, 1, 0):
        call_command("nightly", day=days_before(day, count=back), verbosity=0)
    # What every step about the present would take back to that day, or tell again.
    account = Account.objects.filter(status="active").order_by("pk")[0]
    Account.objects.filter(pk=account.pk).update(renews_on=day + timedelta(days=28))
    before = present()
    call_command("nightly", day=days_before(day, count=3), verbosity=0)
    assert present() == before
    again = StepRun.objects.filter(day=days_before(day, count=3))
    about_the_day = {"score", "close", "readiness", "verify"}
    assert set(again.values_list("step", flat=True)) == about_the_day
    assert schedule.latest_closed_day() == day


def test_a_broken_invariant_ends_the_night_with_its_name(day, company):
    # One whose revenue comes from movements: elsewhere the row would be taken back.
    Account.objects.filter(pk=company[0]).update(
        revenue_source="movements", revenue_source_reason="Billing knows better"
    )
    RevenueMovement.objects.create(
        account_id=company[0], effective_on=days_before(day, count=9), kind="contraction",
        amount_minor=-10**9, currency="USD", recorded_at=datetime.now(UTC), source_id="direct",
        external_id="more than there is",
    )  # fmt: skip
    with pytest.raises(CommandError, match="arr_is_never_below_zero"):
        call_command("nightly", verbosity=0)
    assert schedule.is_through(day=day)


def test_a_night_rides_out_lost_connections(day, company):
    """Its connections are ended again and again until three steps are done; it ends as it would."""
    ended = 0
    with running([*MANAGE, "nightly"]) as process:
        for wanted in (1, 3, 5):
            until(lambda wanted=wanted: done(day) >= wanted or process.poll() is not None)
            ended += end_connections()
        until(lambda: process.poll() is not None, seconds=300)
        assert process.returncode == 0
    assert ended > 0
    assert schedule.is_through(day=day)
    once = results()
    call_command("nightly", day=day, verbosity=0)
    assert results() == once


def test_a_database_that_keeps_going_away_ends_the_night_with_a_reason(day, company):
    over = threading.Event()

    def cut() -> None:
        try:
            while not over.is_set():
                end_connections()
                over.wait(0.002)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        night = pool.submit(manage, "nightly", CS_NIGHTLY_REST="0.05")
        until(lambda: others() > 0 or night.done())
        cutting = pool.submit(cut)
        end = night.result()
        over.set()
        cutting.result()
    assert end.returncode == 1
    assert "The database went away 9 times in a row (" in end.stderr
    assert "Traceback" not in end.stderr


def done(day) -> int:
    return StepRun.objects.filter(day=day, finished_at__isnull=False).count()


_OTHERS = """
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend' AND application_name <> 'tests'
"""


def others() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET application_name = 'tests'")
        cursor.execute(f"SELECT count(*) {_OTHERS}")
        return int(cursor.fetchone()[0])


def end_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET application_name = 'tests'")
        cursor.execute(f"SELECT count(pg_terminate_backend(pid)) {_OTHERS}")
        return int(cursor.fetchone()[0])
