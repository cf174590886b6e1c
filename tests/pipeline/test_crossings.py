"""Several nights are missing, accounts change meanwhile: every crossing keeps its day."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models import Count

from accounts.loading.change_signals import mark_dirty
from accounts.models import Account, DirtyAccount, Signal, Ticket
from cs_platform.scheduling import invariants
from cs_platform.scheduling.queues import BY_NAME
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from playbooks.models import Play, PlayStart
from tests.pipeline.conftest import days_before

pytestmark = pytest.mark.faults
MISSING = 6


@pytest.fixture
def outage(day, company) -> list[int]:
    """The active accounts. One night is closed, the six after it are missing; in them every
    account has some days with many open defects."""
    call_command("nightly", day=days_before(day, count=MISSING), verbosity=0)
    active = list(
        Account.objects.filter(status="active").order_by("pk").values_list("pk", flat=True)
    )
    dice = random.Random(7)
    for account_id in active:
        begun = dice.randrange(1, MISSING)
        burden(account_id, opened=days_before(day, count=begun), defects=15)
    return active


def burden(account_id: int, *, opened, defects: int) -> None:
    at = datetime.combine(opened, datetime.min.time(), tzinfo=UTC) + timedelta(hours=9)
    number = Ticket.objects.count()
    Ticket.objects.bulk_create(
        Ticket(
            account_id=account_id, external_id=f"drill-{number + n}", opened_at=at,
            category="defect", topic="sync",
        )
        for n in range(defects)
    )  # fmt: skip
    mark_dirty([account_id])


def transitions(days) -> set[tuple]:
    """Who entered another band on which day, read from the scores alone."""
    rows = HealthScore.objects.filter(revision=0).order_by("account_id", "day")
    found, before = set(), {}
    for account_id, day, band in rows.values_list("account_id", "day", "band"):
        if account_id in before and before[account_id] != band and day in days:
            found.add((account_id, day, before[account_id], band))
        before[account_id] = band
    return found


def crossings(days) -> set[tuple]:
    rows = ThresholdCrossing.objects.filter(subject="score", day__in=days).order_by("seq")
    first, final = {}, {}
    for account_id, day, before, after in rows.values_list(
        "account_id", "day", "from_band", "to_band"
    ):
        first.setdefault((account_id, day), before)
        final[account_id, day] = after
    return {(*key, first[key], final[key]) for key in first if first[key] != final[key]}


def assert_every_crossing_keeps_its_day(day, watched) -> None:
    days = [days_before(day, count=n) for n in range(MISSING)]
    moved = transitions(days)
    assert {account_id for account_id, *_ in moved} & set(watched)
    assert crossings(days) == moved
    assert invariants.broken(day=day + timedelta(days=1)) == []
    assert Signal.objects.filter(kind="health.crossed").count() == (
        ThresholdCrossing.objects.filter(cause="moved").count()
    )
    per_signal = PlayStart.objects.values("signal", "playbook_key").annotate(rows=Count("*"))
    assert set(per_signal.values_list("rows", flat=True)) <= {1}
    assert Play.objects.count() == PlayStart.objects.filter(result="started").count()


def test_accounts_that_change_while_nights_are_missing_keep_their_crossings(day, outage):
    third = outage[::3]
    mark_dirty(third)
    assert BY_NAME["dirty"].head() is None
    assert BY_NAME["dirty"].run() == 0

    call_command("nightly", verbosity=0)
    assert_every_crossing_keeps_its_day(day, third)
    BY_NAME["dirty"].run()
    assert not DirtyAccount.objects.exists()
    assert set(CurrentHealth.objects.values_list("day", flat=True)) == {day + timedelta(days=1)}


def test_intake_while_the_nights_catch_up_moves_no_crossing(day, outage):
    over = threading.Event()

    def take_in() -> int:
        """Facts of the missing days keep coming, and the queue asks for work all the time."""
        dice = random.Random(11)
        rounds = 0
        try:
            while not over.is_set():
                late = days_before(day, count=dice.randrange(MISSING))
                burden(dice.choice(outage), opened=late, defects=3)
                BY_NAME["dirty"].run()
                rounds += 1
        finally:
            connections.close_all()
        return rounds

    with ThreadPoolExecutor(1) as pool:
        intake = pool.submit(take_in)
        try:
            call_command("nightly", verbosity=0)
        finally:
            over.set()
        assert intake.result() > 0
    assert_every_crossing_keeps_its_day(day, outage)
    BY_NAME["dirty"].run()
    assert not DirtyAccount.objects.exists()
