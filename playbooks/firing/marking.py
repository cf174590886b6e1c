"""Remembers up to where every signal has its receipt: a sweep must not read years of them."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from playbooks.facts import CONSUMER, business_calendar, oldest_waiting
from playbooks.models import SignalMark

_HORIZON = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_current_xact_id()::text::bigint,
       (SELECT coalesce(max(id), 0) FROM accounts_signal)
"""


def move_mark(*, now: datetime) -> None:
    """Called when nothing is left to do. Moves only past what no running transaction can add.

    Ids are given before commits happen: a signal with a lower id may appear after one with a
    higher id was dealt with, but only from a transaction that was running at the time.
    """
    day = business_calendar().local_day(now)
    SignalMark.objects.bulk_create([SignalMark(consumer=CONSUMER, day=day)], ignore_conflicts=True)
    marks = SignalMark.objects.select_for_update(skip_locked=True)
    mark = marks.filter(consumer=CONSUMER).first()
    if mark is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        oldest_running, this_one, newest = cursor.fetchone()
    if mark.day != day:
        mark.position = mark.pending = 0
    elif mark.pending > mark.position and oldest_running <= mark.pending_xid:
        return
    else:
        waiting = oldest_waiting()
        passed = mark.pending if waiting is None else min(mark.pending, waiting - 1)
        mark.position = max(mark.position, passed)
    mark.day, mark.pending, mark.pending_xid = day, newest, this_one
    mark.save(update_fields=["day", "position", "pending", "pending_xid"])
