"""What is kept no longer, once a day: content of uploads, bodies, answers, finished work, sessions.

In real time, also where the installation is frozen on a day and has no nights. What people read
as a record stays: imports with their refused rows, nights, messages, and work that was given up.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from accounts import purge
from accounts.purge import PurgeRule
from accounts.work import jobs
from health import purge as health_purge
from metrics import purge as metrics_purge
from surveys import purge as surveys_purge

JOB_KIND = "forget.daily"
# A job is made once by its row: far longer than the minute, quarter or day that names it.
WORK_KEPT = timedelta(days=30)


def ask(*, now: datetime) -> None:
    jobs.enqueue(kind=JOB_KIND, key=now.date().isoformat(), next_at=now)


def rules(*, kinds: Collection[str]) -> tuple[PurgeRule, ...]:
    """Those that each app declares, and those of the machinery itself.

    `kinds` are those of jobs that are forgotten once they are done.
    """
    return (
        *purge.RULES,
        *health_purge.RULES,
        *metrics_purge.RULES,
        *surveys_purge.RULES,
        PurgeRule("work", lambda now: jobs.forget_done(kinds=kinds, before=now - WORK_KEPT)),
        PurgeRule("sessions", _forget_sessions),
    )


def forget(*, kinds: Collection[str], now: datetime) -> None:
    for rule in rules(kinds=kinds):
        rule.forget(now)


def _forget_sessions(now: datetime) -> int:
    return Session.objects.filter(expire_date__lt=now).delete()[0]
