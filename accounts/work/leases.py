"""Leases: one process at a time works on a row, and another takes over when it is gone.

A claim writes until when it holds and a fence that grows with each claim. Whoever writes afterwards
does so under its fence, so that a process that lost its lease changes nothing. Used alike by jobs
and by the outbox.

`now` decides what is due and may be the frozen clock of an installation; `real_now` is real time,
of this process or of the database, so that leases run out even where "today" is frozen.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import LeasedRow

# A sweep every three seconds finds what was lost: work goes on within 30 s of a worker's death.
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
HEARTBEAT_SECONDS = settings.LEASE_SECONDS / 4
REASON_LENGTH = 500
NEW, LEASED, DEAD = "new", "leased", "dead"
log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=LeasedRow)
RealNow: TypeAlias = datetime | Now


class LeaseLostError(RuntimeError):
    """Another process works on the row now: what this one was about to write is void."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often work is tried: `tries` failures, `kills` claims in all.

    A claim that ends in neither success nor failure is one whose process died; the work may be
    innocent of that. `wait` is the time until the next try, after so many.
    """

    tries: int
    kills: int
    wait: Callable[[int], timedelta]

    def is_deadly(self, attempts: int) -> bool:
        """So many processes died over it that it is to be given up without another try."""
        return attempts > self.kills

    def back_off(self, attempts: int) -> timedelta:
        """± 10 %, so that failures do not march in step."""
        return self.wait(attempts) * random.uniform(0.9, 1.1)  # noqa: S311 -- no secret


def due(rows: QuerySet[Row], *, now: datetime, real_now: RealNow) -> QuerySet[Row]:
    """New and ripe, or leased by a process whose lease has run out."""
    is_free = Q(state=NEW) | Q(state=LEASED, lease_until__lt=real_now)
    # What is leased was ripe: said of both, what is not is never looked at.
    return rows.filter(is_free, next_at__lte=now)


def claim(due_rows: QuerySet[Row], *, real_now: RealNow) -> Row | None:
    """The first that no other process is claiming; with the fence that was written, however long
    this process is held up afterwards."""
    with transaction.atomic():
        row = due_rows.select_for_update(skip_locked=True, of=("self",)).first()
        if row is None:
            return None
        row._meta.base_manager.filter(pk=row.pk).update(
            state=LEASED,
            lease_until=real_now + LEASE,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
        )
        row.state, row.fence, row.attempts = LEASED, row.fence + 1, row.attempts + 1
        return row


def held(rows: QuerySet[Row], *, pk: int, fence: int) -> QuerySet[Row]:
    """The row while the lease with this fence holds, else none."""
    return rows.filter(pk=pk, fence=fence, state=LEASED)


def extend(held_row: QuerySet[Row], *, real_now: RealNow, **changes: Any) -> bool:
    return bool(held_row.update(lease_until=real_now + LEASE, **changes))


def finish(held_row: QuerySet[Row], *, state: str, **changes: Any) -> bool:
    return bool(held_row.update(state=state, lease_until=None, **changes))


def put_off(held_row: QuerySet[Row], *, until: datetime, **changes: Any) -> bool:
    return finish(held_row, state=NEW, next_at=until, **changes)


def revive(rows: QuerySet[Row], *, now: datetime, **changes: Any) -> bool:
    """What was given up is tried again, after somebody has removed the reason."""
    given_up = rows.filter(state=DEAD)
    return bool(given_up.update(state=NEW, attempts=0, next_at=now, **changes))


class Heartbeat:
    """Extends a lease from a thread of its own while the work goes on.

    `beat` raises LeaseLostError when the lease is another's; `name` stands in the log.
    """

    def __init__(self, beat: Callable[[], None], *, name: str) -> None:
        self.beat, self.name = beat, name
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_over, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat_until_over(self) -> None:
        try:
            while not self._over.wait(HEARTBEAT_SECONDS):
                self._extend_lease()
        except LeaseLostError:
            log.warning("%s lost its lease", self.name)
        finally:
            connection.close()  # the connection of this thread

    def _extend_lease(self) -> None:
        """A database that is away for a moment costs one beat, not all that follow."""
        try:
            self.beat()
        except (DatabaseError, InterfaceError):
            log.warning("%s cannot extend its lease", self.name)
            connection.close()  # the next beat opens another
