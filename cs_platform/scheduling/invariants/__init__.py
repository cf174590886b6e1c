"""What must hold at any moment, whatever was killed, repeated, flushed or restored.

One question to the database each; its answer names what is broken. Asked nightly, after a
restore, and by the fault tests.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from accounts import clock
from accounts.models import Account, User
from accounts.models.installation import EARLIEST
from cs_platform.models import InvariantRun
from cs_platform.scheduling.invariants import ledgers, lines, trail
from cs_platform.scheduling.invariants.crossings import CROSSINGS
from cs_platform.scheduling.invariants.figures import FIGURES
from cs_platform.scheduling.invariants.intake import INTAKE
from cs_platform.scheduling.invariants.work import WORK, Check
from playbooks.models import Task

EXAMPLES = 5
SHARES = 30
"""Into how many shares the accounts fall, of which a night asks about one."""
LATELY = timedelta(days=3)
"""A night asks about the day it closed and the one before."""
CHECKS = (*WORK, *CROSSINGS, *INTAKE, *FIGURES)
COUNT = len(CHECKS) + 4
"""With those about people, the audit trail, watch lines and derived ledgers, which are no
constants."""


@dataclass(frozen=True, slots=True)
class Broken:
    """`heals`: it says that work waits, which ends as soon as the processes run."""

    name: str
    help_text: str
    count: int
    examples: tuple[str, ...]
    heals: bool = False

    @classmethod
    def read(cls, finding: dict[str, Any]) -> Broken:
        """Out of what `record_invariants` kept."""
        return cls(**{**finding, "examples": tuple(finding["examples"])})

    def __str__(self) -> str:
        shown = "; ".join(self.examples) + ("; …" if self.count > len(self.examples) else "")
        return f"{self.name}: {self.help_text} ({self.count}): {shown}"


def broken(*, day: date, everything: bool = True) -> list[Broken]:
    """`day` is the one that is open: ARR counts what is in force on it.

    Not `everything`: days before those of the latest night, and 29 of 30 accounts where sums of
    all facts are compared, are left to other nights.
    """
    values = {
        "day": day,
        "now": clock.now(),
        "since": EARLIEST if everything else day - LATELY,
        "share": None if everything else day.toordinal() % SHARES,
    }
    found = [result for check in CHECKS if (result := _ask(check, values))]
    return [*found, *filter(None, (_tasks_of_strangers(), *_in_python(values)))]


def record_invariants(
    *, day: date, now: datetime, everything: bool = True, by_id: int | None = None
) -> InvariantRun:
    """Asks them all and keeps what they said."""
    begun = time.monotonic()
    results = broken(day=day, everything=everything)
    return InvariantRun.objects.create(
        asked_at=now,
        day=day,
        seconds=time.monotonic() - begun,
        asked=COUNT,
        broken=len(results),
        findings=[asdict(result) for result in results],
        by_id=by_id,
    )


def _ask(check: Check, values: dict[str, Any]) -> Broken | None:
    with connection.cursor() as cursor:
        cursor.execute(check.sql, values)
        found = [line for (line,) in cursor.fetchall()]
    if not found:
        return None
    return Broken(check.name, check.help_text, len(found), tuple(found[:EXAMPLES]), check.heals)


def _tasks_of_strangers() -> Broken | None:
    """One question per owner: who may see what has one definition, and it is not SQL."""
    unfinished = Task.objects.filter(closed_at=None, owner__isnull=False)
    found: list[str] = []
    for owner in User.objects.filter(pk__in=unfinished.values("owner_id")).order_by("pk"):
        hidden = unfinished.filter(owner=owner).exclude(account__in=Account.objects.for_user(owner))
        found += [f"task {pk} of {owner.pk}" for pk in hidden.values_list("pk", flat=True)]
    if not found:
        return None
    help_text = "open tasks of people who may not see the account"
    return Broken("task_owner_sees_the_account", help_text, len(found), tuple(found[:EXAMPLES]))


def _in_python(values: dict[str, Any]) -> Iterator[Broken]:
    """Those of which the models say what is right."""
    for name, help_text, found in (
        (trail.NAME, trail.SAYS, trail.rows_beside_their_trail()),
        (lines.NAME, lines.SAYS, lines.lines_beside_their_owners()),
        (
            ledgers.NAME,
            ledgers.SAYS,
            ledgers.ledgers_beside_contracts(
                day=values["day"], share=values["share"], shares=SHARES
            ),
        ),
    ):
        if found:
            yield Broken(name, help_text, len(found), tuple(found[:EXAMPLES]))
