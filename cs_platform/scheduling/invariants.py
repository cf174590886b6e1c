"""What must hold at any moment, whatever was killed, repeated, flushed or restored.

One question each, declared by the app whose rows it is about; its answer names what is broken.
Asked nightly, after a restore, and by the fault tests.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from accounts import clock
from accounts import invariants as of_facts
from accounts.invariants.checks import SHARES, AnyCheck, Check, CheckScope
from accounts.models.installation import EARLIEST
from cs_platform.models import InvariantRun
from health import invariants as of_scores
from metrics import invariants as of_figures
from playbooks import invariants as of_plays
from surveys import invariants as of_surveys

EXAMPLES = 5
LATELY = timedelta(days=3)
"""A night asks about the day it closed and the one before."""

_NIGHTS = (
    Check(
        "score_per_account_and_day",
        "active accounts without a score on a closed day",
        """
        SELECT format('account %%s on %%s', a.external_id, c.day)
        FROM health_closedday c
        JOIN accounts_account a ON a.status = 'active' AND a.customer_since <= c.day
            AND a.created_at < c.closed_at
        LEFT JOIN health_healthscore s
            ON s.account_id = a.id AND s.day = c.day
        WHERE s.account_id IS NULL AND c.day > %(day)s::date - 35
            AND EXISTS (SELECT 1 FROM cs_platform_steprun r WHERE r.day = c.day)
            AND NOT EXISTS (
                SELECT 1 FROM accounts_attributehistory h
                WHERE h.account_id = a.id AND h.attribute = 'status' AND h.value <> 'active'
                    AND h.superseded_at IS NULL
                    AND h.valid_from <= c.day AND (h.valid_to IS NULL OR h.valid_to > c.day))
            AND NOT EXISTS (
                SELECT 1 FROM cs_platform_steprun r
                WHERE r.day = c.day AND r.failure <> ''
                    AND a.id BETWEEN r.first_account_id AND r.final_account_id)
        ORDER BY c.day, a.id
        """,
    ),
    Check(
        "nights_do_not_stand_still",
        "nightly steps that are open for more than a day",
        """
        SELECT format('%%s of %%s, shard %%s', step, day, shard) FROM cs_platform_steprun
        WHERE finished_at IS NULL AND planned_at < now() - interval '1 day'
        ORDER BY day, position, shard
        """,
        heals=True,
    ),
)
CHECKS: Final[tuple[AnyCheck, ...]] = (
    *_NIGHTS,
    *of_facts.INVARIANTS,
    *of_surveys.INVARIANTS,
    *of_scores.INVARIANTS,
    *of_plays.INVARIANTS,
    *of_figures.INVARIANTS,
)
COUNT = len(CHECKS)


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
    scope = CheckScope(
        day=day,
        now=clock.now(),
        since=EARLIEST if everything else day - LATELY,
        share=None if everything else day.toordinal() % SHARES,
    )
    return [
        Broken(check.name, check.help_text, len(found), tuple(found[:EXAMPLES]), check.heals)
        for check in CHECKS
        if (found := _broken_lines(check, scope))
    ]


def _broken_lines(check: AnyCheck, scope: CheckScope) -> list[str]:
    if not isinstance(check, Check):
        return check.find(scope)
    with connection.cursor() as cursor:
        cursor.execute(check.sql, asdict(scope))
        return [line for (line,) in cursor.fetchall()]


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
