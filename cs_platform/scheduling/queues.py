"""Queues that are drained rather than claimed job by job: dirty accounts, signals, the outbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts import clock
from accounts.models import DirtyAccount
from accounts.work import outbox
from cs_platform.runtime.work_locks import is_being_prepared
from health.recompute import drain_dirty, is_catching_up
from playbooks.engine import fire_signals, oldest_waiting
from surveys.engine import signal_plans

BATCH = 500
# So many are sent by one reading of the clock: a mail may take seconds.
MAILS = 10
ROUNDS = 40  # then the others have their turn; what is left is asked for again


@dataclass(frozen=True, slots=True)
class RowQueue:
    name: str
    head: Callable[[], int | None]  # what waits longest; the same one twice: nobody works
    work: Callable[[], int]

    def run(self) -> int:
        if is_being_prepared():
            return 0
        total = 0
        for _ in range(ROUNDS):
            done = self.work()
            total += done
            if done == 0:
                break
        return total


def _first_dirty_account() -> int | None:
    """None, too, while missed nights have to be caught up first: see `rescore_now`."""
    if is_catching_up(now=clock.now()):
        return None
    return DirtyAccount.objects.order_by("pk").values_list("pk", flat=True).first()


def _first_due_message() -> int | None:
    waiting = outbox.waiting(now=clock.now())
    return waiting.order_by("next_at", "pk").values_list("pk", flat=True).first()


QUEUES = (
    RowQueue("dirty", _first_dirty_account, lambda: drain_dirty(limit=BATCH, now=clock.now())),
    RowQueue("signals", oldest_waiting, lambda: fire_signals(limit=BATCH, now=clock.now())),
    RowQueue(
        "surveys",
        signal_plans.oldest_waiting,
        lambda: signal_plans.plan_for_signals(limit=BATCH, now=clock.now()),
    ),
    RowQueue("outbox", _first_due_message, lambda: outbox.send_due(limit=MAILS, now=clock.now())),
)
BY_NAME = {queue.name: queue for queue in QUEUES}
