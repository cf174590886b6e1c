"""Nights and intake under kills, against a twin that nobody disturbs.

Nights are missing and facts of today come in by HTTP while every process, the broker and database
sessions are killed, one a second. Both runs must end with the same rows, nothing that was
acknowledged lost, nothing doubled. `make faults-full` runs it for minutes on a larger company.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import Count, Q

from accounts import clock
from accounts.demo.shape import Shape
from accounts.keys import create_key
from accounts.models import (
    Account,
    DirtyAccount,
    ImportRun,
    Installation,
    Job,
    Signal,
    Ticket,
    UsageDay,
)
from cs_platform.demo.fact_loader import Load, load_facts
from cs_platform.scheduling import invariants, schedule
from health import publishing as scorecards
from health.models import HealthScore, ThresholdCrossing
from playbooks import publishing as playbooks
from playbooks.engine import oldest_waiting
from playbooks.models import Play, PlayStart, Task
from tests.emptying import ready_to_empty
from tests.pipeline.processes import until
from tests.pipeline.stack import being_killed, running_stack

pytestmark = pytest.mark.faults
ACCOUNTS = int(os.environ.get("CS_DRILL_ACCOUNTS", "40"))
NIGHTS = int(os.environ.get("CS_DRILL_NIGHTS", "3"))
SECONDS = int(os.environ.get("CS_DRILL_SECONDS", "15"))
PATIENCE = 600  # until all is worked, on a machine that does much else
MOST_TIME = 4.0
LONG = 120
PER_REQUEST = 20


@dataclass(slots=True)
class Outcome:
    """What a run left, without ids and times of computing.

    `start` is how many seconds the processes needed until a request was acknowledged.
    """

    seconds: float
    start: float
    rows: dict[str, list]
    kills: Counter[str]


class Sender(threading.Thread):
    """Sends requests in order, each again until it is acknowledged; about two a second."""

    def __init__(self, url: str, token: str, today: date, *, count: int) -> None:
        super().__init__(daemon=True)
        self.url, self.token, self.today, self.count = url, token, today, count
        self.first_at = 0.0
        self.failures: list[str] = []

    def run(self) -> None:
        for number in range(self.count):
            begun = time.monotonic()
            kind, records = self._records(number)
            while not self._is_acknowledged(kind, records, number):
                time.sleep(0.2)
            self.first_at = self.first_at or time.monotonic()
            time.sleep(max(0, begun + 0.5 - time.monotonic()))

    def _records(self, number: int) -> tuple[str, list[dict[str, object]]]:
        account = f"drill-{number % 5}"
        if number < 5:
            return "accounts", [{"external_id": account, "name": f"Drill {number}"}]
        places = range(number * PER_REQUEST, (number + 1) * PER_REQUEST)
        if number % 3 == 0:
            at = datetime.combine(self.today, datetime.min.time(), UTC).isoformat()
            ticket = {"account": account, "opened_at": at, "category": "defect"}
            return "tickets", [{"external_id": f"T{place}", **ticket} for place in places]
        row = {"account": account, "day": self.today.isoformat(), "events": number}
        features = range(number // 5 * PER_REQUEST, (number // 5 + 1) * PER_REQUEST)
        return "usage", [{"feature": f"feature_{place}", **row} for place in features]

    def _is_acknowledged(self, kind: str, records: list[dict[str, object]], number: int) -> bool:
        request = urllib.request.Request(  # noqa: S310 -- our own address
            f"{self.url}/api/v1/bulk/{kind}/",
            data=json.dumps(records).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"drill-{number}",
                **({"Prefer": "respond-async"} if number % 3 == 1 else {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status < 300
        except urllib.error.HTTPError as error:
            if error.code not in (409, 429, 503):
                self.failures.append(f"{error.code} {error.read()[:200]!r}")
            return False
        except OSError:
            return False  # cut off: nobody said whether it is stored


def _load_company(last_closed: date) -> str:
    """A company whose nights up to that day are closed. Its machine key's token."""
    Installation.objects.get_or_create(pk=1)
    scorecards.install_library(now=clock.now())
    playbooks.install_library(now=clock.now())
    shape = Shape(last_day=clock.today() - timedelta(days=1), accounts=ACCOUNTS, years=0.5)
    load_facts(Load(shape=shape), on_progress=lambda line: None)
    call_command("nightly", day=last_closed, verbosity=0)
    return create_key(name="drill", scopes=["ingest:*"], now=datetime.now(UTC))[1]


def _is_worked(yesterday: date) -> bool:
    waiting = Job.objects.filter(state__in=("new", "leased"))
    return (
        schedule.latest_closed_day() == yesterday
        and not DirtyAccount.objects.exists()
        # What failed once waits for its next attempt, however far that lies ahead.
        and not waiting.filter(Q(next_at__lte=clock.now()) | Q(attempts__gt=0)).exists()
        and oldest_waiting() is None
    )


def _rows(today: date) -> dict[str, list]:
    account = "account__external_id"
    scores = HealthScore.objects.filter(revision=0, day__lt=today)
    crossings = ThresholdCrossing.objects.filter(day__lt=today)
    bands = HealthScore.objects.filter(revision=0, day=today)
    starts = PlayStart.objects.filter(signal__payload__day__lt=today.isoformat())
    queries = {
        "scores": scores.values_list(account, "day", "score", "band", "confidence"),
        "scores of today": bands.values_list(account, "score", "band"),
        "crossings": crossings.values_list(account, "day", "subject", "from_band", "to_band"),
        "starts": starts.values_list(account, "playbook_key", "result"),
        "tickets": Ticket.objects.values_list("external_id", account),
        "usage": UsageDay.objects.filter(day=today).values_list(account, "feature__key", "events"),
        "accounts": Account.objects.values_list("external_id", "status"),
    }
    return {name: sorted(query, key=repr) for name, query in queries.items()}


def _run(*, kill_every: float | None = None) -> Outcome:
    yesterday = schedule.day_to_close(now=datetime.now(UTC), installation=Installation.current())
    token = _load_company(yesterday - timedelta(days=NIGHTS))
    today = clock.today()
    with running_stack() as stack:
        sender = Sender(stack.url, token, today, count=SECONDS * 2)
        begun = time.monotonic()
        sender.start()
        with being_killed(stack, seed=7, every=kill_every) if kill_every else nullcontext():
            until(lambda: not sender.is_alive(), seconds=PATIENCE)
            until(lambda: schedule.latest_closed_day() == yesterday, seconds=PATIENCE)
            seconds = time.monotonic() - begun
        until(lambda: _is_worked(yesterday), seconds=PATIENCE)
        assert sender.failures == []
        assert not ImportRun.objects.filter(rejected__gt=0).exists()
        assert list(Job.objects.filter(state="dead").values_list("kind", "key", "reason")) == []
        sys.stdout.write(f"{stack.kills.total()} faults in {seconds:.0f} s: {dict(stack.kills)}\n")
        return Outcome(seconds, sender.first_at - begun, _rows(today), stack.kills)


@pytest.fixture
def start_anew(transactional_db) -> Callable[[], None]:
    """Makes the database what it was when the test began."""
    return ready_to_empty()


def _differences(killed: dict[str, list], quiet: dict[str, list]) -> dict[str, tuple]:
    """By name: how many rows the kills lost and added, and the first of each."""
    found = {}
    for name in quiet:
        lost, added = Counter(quiet[name]), Counter(killed[name])
        lost, added = lost - added, added - lost
        if lost or added:
            found[name] = (lost.total(), list(lost)[:5], added.total(), list(added)[:5])
    return found


def _doubled() -> list[str]:
    keyed = {
        HealthScore: ("account", "day", "revision"),
        ThresholdCrossing: ("account", "day", "subject", "seq"),
        Signal: ("account", "kind", "key"),
        Play: ("start",),
        Task: ("play", "step"),
    }
    return [
        model.__name__
        for model, keys in keyed.items()
        if model._base_manager.filter(**{f"{keys[0]}__isnull": False})
        .values(*keys).annotate(rows=Count("*")).filter(rows__gt=1).exists()
    ]  # fmt: skip


def test_kills_lose_nothing_double_nothing_and_leave_what_a_quiet_run_leaves(start_anew):
    quiet = _run()
    start_anew()
    # One a second where a process starts within two; as dense on a machine that is slower.
    killed = _run(kill_every=max(1.0, quiet.start / 4))
    assert _differences(killed.rows, quiet.rows) == {}
    assert len(quiet.rows["crossings"]) > 0
    assert len(quiet.rows["usage"]) > SECONDS
    assert killed.kills.total() >= 8
    assert _doubled() == []
    lasting = [str(found) for found in invariants.broken(day=clock.today()) if not found.heals]
    assert lasting == []
    sys.stdout.write(f"quiet {quiet.seconds:.0f} s, killed {killed.seconds:.0f} s\n")
    if SECONDS >= LONG:  # shorter runs are mostly the start of the processes
        assert killed.seconds <= quiet.seconds * MOST_TIME
