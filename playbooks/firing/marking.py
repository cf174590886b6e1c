"""Remembers up to where every signal has its receipt: a sweep must not read years of them."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from playbooks.facts import CONSUMER, business_calendar, first_unreceipted
from playbooks.models import SignalMark

_HORIZON = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
       (SELECT coalesce(max(id), 0) FROM accounts_signal)
"""


def move_mark(*, now: datetime) -> bool:
    """Called when nothing seems left to do; True when a look at all signals found some after all.

    The mark moves only past what no running transaction can add. Ids are given before commits
    happen: a signal with a lower id may appear after one with a higher id was dealt with, but
    only from a transaction that was running at the time.
    """
    day = business_calendar().local_day(now)
    SignalMark.objects.bulk_create([SignalMark(consumer=CONSUMER, day=day)], ignore_conflicts=True)
    marks = SignalMark.objects.select_for_update(skip_locked=True)
    mark = marks.filter(consumer=CONSUMER).first()
    if mark is None:
        return False
    was = mark.position
    # Before the look: what is over by then can be seen by it, what commits meanwhile is not over.
    horizon = _horizon()
    waiting = first_unreceipted(after=0 if mark.day != day else was)
    if waiting is not None and waiting <= was:
        mark.position = mark.pending = waiting - 1
    _advance(mark, waiting, horizon)
    mark.day = day
    mark.save(update_fields=["day", "position", "pending", "pending_xid"])
    return mark.position < was


def _horizon() -> tuple[int, int, int]:
    """The oldest running transaction, the first that has not begun, the newest signal: at once."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        oldest_running, not_begun, newest = cursor.fetchone()
    return oldest_running, not_begun, newest


def _advance(mark: SignalMark, waiting: int | None, horizon: tuple[int, int, int]) -> None:
    oldest_running, not_begun, newest = horizon
    if mark.pending > mark.position and oldest_running < mark.pending_xid:
        return
    passed = mark.pending if waiting is None else min(mark.pending, waiting - 1)
    mark.position = max(mark.position, passed)
    mark.pending, mark.pending_xid = newest, not_begun
