"""What drills of kills share: a day that the test moves, processes that die, and until what all is
worked.

The installation is frozen on a day, so that weeks of waits pass in minutes; processes, Postgres,
broker and mail server are real. A customer in Los Angeles reads at 15:59 what is sent in the last
second of a day in UTC.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import uuid4

from django.db.models import Q
from django.db.models.functions import Now

from accounts import clock
from accounts.models import Installation, Job, OutboxMessage, OutreachPolicy, SignalDelivery
from accounts.work import jobs
from cs_platform.models import Pulse
from playbooks.models import Play, PlayStart
from tests import times
from tests.pipeline.processes import until
from tests.pipeline.stack import BEHIND, Stack, being_killed, running_stack

THEIR_ZONE = "America/Los_Angeles"
TUESDAY = date(2026, 1, 13)
FAULTS = ("dispatcher", "worker", "worker child", "session", "flush")
# Of a lease that nobody gives back, as long as a test may wait for many of them.
LEASE_SECONDS = 5
PATIENCE, SAY_EVERY = 1_800, 30


IS_FULL = any(name.startswith("CS_DRILL_") for name in os.environ)


def size(name: str, *, small: int) -> int:
    """How many of them this run is about: `make faults-full` says so, `make faults` does not."""
    return int(os.environ.get(f"CS_DRILL_{name}", small))


def move_to(day: date, **rules: object) -> None:
    """What processes take for today, from their next question on."""
    Installation.objects.update_or_create(pk=1, defaults={"as_of": day, **rules})
    OutreachPolicy.objects.get_or_create(pk=1)


def next_working_day(day: date) -> date:
    later = day + timedelta(days=1)
    return next_working_day(later) if later.weekday() >= 5 else later


def ring_tick() -> None:
    """Asks for what time brings about, as the dispatcher does once a minute."""
    jobs.enqueue(kind="plays.advance", key=f"drill {uuid4()}", next_at=times.now())


def wait_until_worked() -> None:
    """Until nothing is due on the day it is, and nobody is at work; every half a minute it says
    what is left."""
    ring_tick()
    says_at = time.monotonic() + SAY_EVERY
    deadline = time.monotonic() + PATIENCE
    while any((left := _left()).values()):
        assert time.monotonic() < deadline, left
        if left["plays"] and not left["ticks"]:
            ring_tick()  # a signal has woken them since the last one
        if time.monotonic() > says_at:
            say(f"left: {left}")
            says_at += SAY_EVERY
        time.sleep(0.1)


def _left() -> dict[str, int]:
    now = clock.now()
    messages = OutboxMessage.objects.filter(Q(state="new", next_at__lte=now) | Q(state="leased"))
    ticks = Job.objects.filter(kind="plays.advance", state__in=("new", "leased"))
    return {
        "signals": SignalDelivery.objects.filter(handled_at=None).count(),
        "plays": Play.objects.filter(state="open", next_step_at__lte=now).count(),
        "messages": messages.count(),
        "ticks": ticks.filter(Q(next_at__lte=Now()) | Q(attempts__gt=0)).count(),
    }


@contextmanager
def killed_stack(*, seed: int, **more: str) -> Iterator[Stack]:
    """A fault each second where a process starts within two, as dense where they start slower; at
    the small size no more than eight, or a busy machine would see most."""
    more = {"CS_LEASE_SECONDS": str(LEASE_SECONDS)} | more
    with running_stack(parts=BEHIND, **more) as stack:
        begun = time.monotonic()
        until(lambda: Pulse.objects.filter(process="dispatcher").exists())
        every = max(1.0 if IS_FULL else 1.5, (time.monotonic() - begun) / 2)
        most = math.inf if IS_FULL else 8
        with being_killed(stack, seed=seed, every=every, faults=FAULTS, at_most=most):
            yield stack
    assert stack.kills.total() >= 2
    say(f"{stack.kills.total()} faults, one each {every:.1f} s: {dict(stack.kills)}")


def killed_senders(kills: Counter[str]) -> int:
    """Processes that may have been at a mail, and mails whose session was cut under them."""
    weights = {"dispatcher": 1, "worker": 2, "worker child": 1, "session": 1}
    return sum(weights.get(target, 0) * count for target, count in kills.items())


def assert_nobody_gave_up(*, bounced: int = 0) -> None:
    """But of mail that the server refused."""
    dead = Job.objects.filter(state="dead").values_list("kind", "key", "reason")
    assert list(dead) == []
    lost = OutboxMessage.objects.filter(state="dead").values_list("key", "reason")
    assert [reason for _, reason in lost] == ["SMTPRecipientsRefused"] * bounced
    assert not PlayStart.objects.filter(result="queued").exists()


def say(words: str) -> None:
    """Figures for whoever runs the drill by hand."""
    sys.stdout.write(f"{words}\n")
