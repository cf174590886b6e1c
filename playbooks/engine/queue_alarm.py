"""Says to CS ops, once a day, that nobody works their queue."""

from __future__ import annotations

from datetime import date, datetime

from accounts.catalogue import Role
from accounts.models import Installation, User
from accounts.work.notices import in_app, post
from playbooks.queries.queue import queue_of_ops

QUEUE_AT = "/tasks/?view=overdue&whose=queue"


def alert_unworked_queue(*, day: date, now: datetime) -> int:
    """Where a task of the queue was due before `day`, everybody of CS ops is told. Returns how
    many were."""
    calendar = Installation.current().business_calendar()
    queue = queue_of_ops(due_before=calendar.start_of(day))
    if not queue.overdue or queue.oldest_due is None:
        return 0
    since = f"{calendar.local_day(queue.oldest_due):%-d %b %Y}"
    people = list(User.objects.filter(role=Role.OPS, is_active=True).order_by("pk"))
    post(
        [
            in_app(
                key=f"queue:{day}",
                user_id=person.pk,
                subject=f"Nobody works the queue of CS ops: {queue.overdue} overdue",
                body=f"The oldest was due on {since}. Take it, or hand it to somebody.",
                link=QUEUE_AT,
                now=now,
            )
            for person in people
        ]
    )
    return len(people)
