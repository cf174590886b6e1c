"""Scores accounts: nightly for all, within seconds for those whose facts changed, and the past.

Every batch is one transaction; running anything here twice, or twice at once, leaves one score
an account and day, and one crossing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Max

from accounts.models import Account
from health.facts.scope import Ints, number
from health.facts.sources import Feeds, read_spans, remembered_feeds
from health.measures import FactSource
from health.models import ClosedDay, SourceFeed
from health.queries.assignment import assignment
from health.queries.installation import InstallationDay, calendar
from health.recompute import score_rows as writing
from health.recompute.distributions import Spread, spread_night
from health.recompute.run import DAY_LOCKS, RecomputeResult, Run, hold_days_open, score_batch

__all__ = [
    "CatchingUpError",
    "RecomputeResult",
    "close_day",
    "drain_dirty",
    "is_catching_up",
    "recompute",
    "refresh_feeds",
    "rescore_now",
    "score_history",
    "spread_day",
]

# Accounts a transaction: few enough that memory and lock times stay small.
BATCH = 20_000
# Days a transaction when the past is scored.
BLOCK = 60
# Missing nights up to which a changed account is scored for each of them at once; with more, the
# nights come first. One is missing between midnight and the closing of the day before.
MOST_OPEN_DAYS = 2

# Claims the oldest marks; other workers pass over them until this transaction ends.
_CLAIM = """
    SELECT id, account_id FROM accounts_dirtyaccount
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""


class CatchingUpError(RuntimeError):
    """A day cannot be scored because nights before it are missing; the message says what to run."""


def recompute(
    *, day: date, account_ids: Sequence[int] | None = None, now: datetime
) -> RecomputeResult:
    """Scores accounts (None: all) as of `day`. May be run any number of times.

    Raises CatchingUpError while a day before `day` waits for its night: compared with the wrong
    day, its crossings would be lost.
    """
    when = calendar()
    _refuse_out_of_turn(day, when=when)
    run = _prepare_run([day], when=when, now=now)
    result = RecomputeResult(day)
    for batch in _account_batches(_sorted_account_ids(account_ids)):
        with transaction.atomic():
            result = result.plus(score_batch(run, batch))
    return result


def rescore_now(*, account_ids: Sequence[int] | None = None, now: datetime) -> RecomputeResult:
    """Scores accounts (None: all) as of today, and first as of each day whose night is missing.

    A crossing belongs to the day on which the score passed the line, and today's is found by
    comparing with yesterday's score: so no account is judged for a day before all days up to it
    are. Raises CatchingUpError while more than MOST_OPEN_DAYS nights are missing.
    """
    when = calendar()
    result = RecomputeResult(when.today(now))
    for batch in _account_batches(_sorted_account_ids(account_ids)):
        with transaction.atomic():
            result = result.plus(_score_up_to_today(batch, when=when, now=now))
    return result


def drain_dirty(*, limit: int = 500, now: datetime) -> int:
    """Rescores the accounts of up to `limit` marks as `rescore_now`; returns how many it took.

    The marks go with the scores: killed in between, both are undone and the next worker has them.
    They wait (0 is returned) while more than MOST_OPEN_DAYS nights are missing.
    """
    when = calendar()
    if len(_open_days(when, now=now)) > MOST_OPEN_DAYS:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [limit])
            marks = cursor.fetchall()
        if not marks:
            return 0
        accounts = np.unique(np.array([account for _, account in marks], dtype=np.int64))
        _score_up_to_today(accounts, when=when, now=now)
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM accounts_dirtyaccount WHERE id = ANY (%s)",
                [[mark for mark, _ in marks]],
            )
    return len(marks)


def is_catching_up(*, now: datetime) -> bool:
    """So many nights are missing that changed facts wait until those are scored."""
    return len(_open_days(calendar(), now=now)) > MOST_OPEN_DAYS


def _open_days(when: InstallationDay, *, now: datetime) -> list[date]:
    """Days before today, since the latest that was closed, whose night has not closed them."""
    return _open_days_before(when.today(now), when=when)


def _open_days_before(day: date, *, when: InstallationDay) -> list[date]:
    """None where the installation is frozen on a day, or no night has closed one: there is
    nothing to wait for."""
    latest = None if when.as_of else ClosedDay.objects.aggregate(day=Max("day"))["day"]
    if latest is None:
        return []
    return [latest + timedelta(days=n) for n in range(1, (day - latest).days)]


def _refuse_out_of_turn(day: date, *, when: InstallationDay) -> None:
    open_days = _open_days_before(day, when=when)
    if open_days:
        raise CatchingUpError(
            f"{day} cannot be scored while {open_days[0]} is open: run manage.py nightly first."
        )


def _score_up_to_today(accounts: Ints, *, when: InstallationDay, now: datetime) -> RecomputeResult:
    """In the caller's transaction: none of the days is closed by somebody else until it ends."""
    open_days = _open_days(when, now=now)
    closed = hold_days_open(open_days)
    days = [day for day in open_days if day not in closed]
    if len(days) > MOST_OPEN_DAYS:
        raise CatchingUpError(f"{len(days)} nights are missing: run manage.py nightly first.")
    result = RecomputeResult(when.today(now))
    for day in (*days, when.today(now)):
        result = result.plus(score_batch(_prepare_run([day], when=when, now=now), accounts))
    return result


def spread_day(*, day: date, now: datetime) -> None:
    """Keeps how the measures of percentiles are spread as of a day that was closed."""
    when = calendar()
    spread_night(day=day, using=Spread(when.zone, when.today(now), _current_feeds(when)))


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
    Raises CatchingUpError while a day before the first of them waits for its night.
    """
    ordered = sorted(days)
    _refuse_out_of_turn(ordered[0], when=calendar())
    result = RecomputeResult(ordered[-1])
    ids = _sorted_account_ids(account_ids)
    for start in range(0, len(ordered), BLOCK):
        block = ordered[start : start + BLOCK]
        run = _prepare_run(block, when=calendar(), now=now)
        for batch in _account_batches(ids):
            with transaction.atomic():
                result = result.plus(score_batch(run, batch))
        with transaction.atomic():
            for day in block if closes else ():
                if day < run.calendar.today(now):
                    close_day(day=day, now=now)
    for batch in _account_batches(ids):
        writing.rebuild_sparks(batch)
    return result


def _prepare_run(days: Sequence[date], *, when: InstallationDay, now: datetime) -> Run:
    writing.ensure_partitions(days[0], days[-1])
    return Run(tuple(days), now, when, assignment(), _current_feeds(when))


def _current_feeds(when: InstallationDay) -> Feeds:
    """As remembered, and what was connected since."""
    feeds = remembered_feeds()
    if feeds.missing and _refresh_missing_feeds(feeds.missing, zone=when.zone):
        feeds = remembered_feeds()
    return feeds


def refresh_feeds(*, only: Sequence[FactSource] = tuple(FactSource)) -> Feeds:
    """Reads since when and until when sources deliver, and remembers it; backfills move that.

    Scans the tables of facts, so the night does it once.
    """
    _refresh_missing_feeds(only, zone=calendar().zone)
    return remembered_feeds()


def _refresh_missing_feeds(only: Sequence[FactSource], *, zone: str) -> bool:
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


def _sorted_account_ids(account_ids: Sequence[int] | None) -> Ints:
    """Sorted, so that two runs lock in the same order."""
    if account_ids is None:
        account_ids = list(Account.objects.values_list("pk", flat=True))
    return np.unique(np.asarray(account_ids, dtype=np.int64))


def _account_batches(account_ids: Ints) -> Iterator[Ints]:
    for start in range(0, len(account_ids), BATCH):
        yield account_ids[start : start + BATCH]
