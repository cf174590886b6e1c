"""Scores accounts: nightly for all, within seconds for those whose facts changed, and the past.

Every batch is one transaction; running anything here twice, or twice at once, leaves one score
an account and day, and one crossing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import numpy as np
from django.db import connection, transaction

from accounts.models import Account
from health.facts.scope import Ints, number
from health.facts.sources import Feeds, read_spans, remembered_feeds
from health.measures import Source
from health.models import ClosedDay, SourceFeed
from health.queries.assignment import assignment
from health.queries.installation import Calendar, calendar
from health.recompute import writing
from health.recompute.run import DAY_LOCKS, RecomputeResult, Run, score_batch

__all__ = [
    "RecomputeResult",
    "close_day",
    "drain_dirty",
    "recompute",
    "refresh_feeds",
    "score_history",
]

# Accounts a transaction: few enough that memory and lock times stay small.
BATCH = 20_000
# Days a transaction when the past is scored.
BLOCK = 60

# Claims the oldest marks; other workers pass over them until this transaction ends.
_CLAIM = """
    SELECT id, account_id FROM accounts_dirtyaccount
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""


def recompute(
    *, day: date, account_ids: Sequence[int] | None = None, now: datetime
) -> RecomputeResult:
    """Scores accounts (None: all) as of `day`. May be run any number of times."""
    run = _prepare([day], when=calendar(), now=now)
    result = RecomputeResult(day)
    for batch in _batches(_ids(account_ids)):
        with transaction.atomic():
            result = result.plus(score_batch(run, batch))
    return result


def drain_dirty(*, limit: int = 500, now: datetime) -> int:
    """Rescores the accounts of up to `limit` marks as of today; returns how many marks it took.

    The marks go with the scores: killed in between, both are undone and the next worker has them.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [limit])
            marks = cursor.fetchall()
        if not marks:
            return 0
        when = calendar()
        run = _prepare([when.today(now)], when=when, now=now)
        score_batch(run, np.unique(np.array([account for _, account in marks], dtype=np.int64)))
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM accounts_dirtyaccount WHERE id = ANY (%s)",
                [[mark for mark, _ in marks]],
            )
    return len(marks)


@transaction.atomic
def close_day(*, day: date, now: datetime) -> bool:
    """Makes the scores of a day final; False when they were already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DAY_LOCKS, number(day)])
    _, is_new = ClosedDay.objects.get_or_create(day=day, defaults={"closed_at": now})
    return is_new


def score_history(
    *,
    days: Sequence[date],
    account_ids: Sequence[int] | None = None,
    now: datetime,
    closes: bool = True,
) -> RecomputeResult:
    """Scores past days in order, each as it was known then, and closes those before today.

    Several workers with accounts of their own leave the days open and close them at the end.
    """
    ordered = sorted(days)
    result = RecomputeResult(ordered[-1])
    ids = _ids(account_ids)
    for start in range(0, len(ordered), BLOCK):
        block = ordered[start : start + BLOCK]
        run = _prepare(block, when=calendar(), now=now)
        for batch in _batches(ids):
            with transaction.atomic():
                result = result.plus(score_batch(run, batch))
        with transaction.atomic():
            for day in block if closes else ():
                if day < run.calendar.today(now):
                    close_day(day=day, now=now)
    for batch in _batches(ids):
        writing.rebuild_sparks(batch)
    return result


def _prepare(days: Sequence[date], *, when: Calendar, now: datetime) -> Run:
    writing.ensure_partitions(days[0], days[-1])
    feeds = remembered_feeds()
    if feeds.missing and _refresh(feeds.missing, zone=when.zone):
        feeds = remembered_feeds()
    return Run(tuple(days), now, when, assignment(), feeds)


def refresh_feeds(*, only: Sequence[Source] = tuple(Source)) -> Feeds:
    """Reads since when and until when sources deliver, and remembers it; backfills move that.

    Scans the tables of facts, so the night does it once.
    """
    _refresh(only, zone=calendar().zone)
    return remembered_feeds()


def _refresh(only: Sequence[Source], *, zone: str) -> bool:
    """Whether any of them has delivered."""
    rows = [
        SourceFeed(source=source, first_day=first, latest_day=latest)
        for source, first, latest in read_spans(zone=zone, only=only)
    ]
    SourceFeed.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["source"],
        update_fields=["first_day", "latest_day"],
    )
    return bool(rows)


def _ids(account_ids: Sequence[int] | None) -> Ints:
    """Sorted, so that two runs lock in the same order."""
    if account_ids is None:
        account_ids = list(Account.objects.values_list("pk", flat=True))
    return np.unique(np.asarray(account_ids, dtype=np.int64))


def _batches(account_ids: Ints) -> Iterator[Ints]:
    for start in range(0, len(account_ids), BATCH):
        yield account_ids[start : start + BATCH]
