"""What is kept no longer, once a day: content of uploads, bodies, answers, finished work, sessions.

In real time, also where the installation is frozen on a day and has no nights. What people read
as a record stays: imports with their refused rows, nights, messages, and work that was given up.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from accounts.api.idempotency import forget_answers
from accounts.api.inbox import forget_bodies
from accounts.uploads import forget_old
from accounts.work import jobs

JOB_KIND = "forget.daily"
# A job is made once by its row: far longer than the minute, quarter or day that names it.
WORK_KEPT = timedelta(days=30)


def ask(*, now: datetime) -> None:
    jobs.enqueue(kind=JOB_KIND, key=now.date().isoformat(), next_at=now)


def forget(*, kinds: Collection[str], now: datetime) -> None:
    """`kinds` are those of jobs that are forgotten once they are done."""
    forget_old(now=now)
    forget_answers(now=now)
    forget_bodies(before=now - WORK_KEPT)
    jobs.forget_done(kinds=kinds, before=now - WORK_KEPT)
    Session.objects.filter(expire_date__lt=now).delete()
