"""Falls of the score that nobody answered, and playbooks whose review is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Installation, User
from playbooks.models import Playbook
from playbooks.queries.compliance import PlayPeriod, account_scope
from playbooks.triggers.vocabulary import ReviewCadence

ANSWER_DAYS = 14
_REVIEWED_WITHIN = {
    ReviewCadence.MONTHLY: timedelta(days=31),
    ReviewCadence.QUARTERLY: timedelta(days=92),
}


@dataclass(frozen=True, slots=True)
class Fall:
    """A band left downwards, and no action of ours in the days after it."""

    account_key: str
    account_name: str
    owner: str
    day: date
    from_band: str
    to_band: str
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Falls:
    total: int
    unanswered: int


# An action is a task a person finished, or a conversation, within ANSWER_DAYS.
_FALLS = """
    fall AS (
        SELECT x.account_id, x.day, x.seq, x.from_band, x.to_band, x.score_after,
            (x.day::timestamp AT TIME ZONE %(zone)s) AS since
        FROM health_thresholdcrossing x JOIN accounts_account a ON a.id = x.account_id
        WHERE x.day BETWEEN %(first)s AND %(last)s AND x.kind = 'band' AND x.subject = 'score'
            AND x.direction = 'down' AND x.cause = 'moved' AND NOT x.is_overridden
            AND a.status <> 'churned' AND {scope}
    ), told AS (
        SELECT f.*, EXISTS (
                SELECT FROM playbooks_task t
                WHERE t.account_id = f.account_id AND t.closed_by_id IS NOT NULL
                    AND t.state IN ('done', 'skipped')
                    AND t.closed_at BETWEEN f.since AND f.since + %(within)s
            ) OR EXISTS (
                SELECT FROM accounts_interaction i JOIN accounts_interactionkind k ON k.key = i.kind
                WHERE i.account_id = f.account_id AND k.is_conversation
                    AND i.occurred_at BETWEEN f.since AND f.since + %(within)s
            ) AS is_answered
        FROM fall f
    )"""
_COUNT = """
    WITH {falls} SELECT count(*), count(*) FILTER (WHERE NOT is_answered) FROM told"""
_LIST = """
    WITH {falls}
    SELECT a.external_id, a.name, coalesce(u.name, ''), t.day, t.from_band, t.to_band, t.score_after
    FROM told t JOIN accounts_account a ON a.id = t.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    WHERE NOT t.is_answered ORDER BY t.day DESC, a.id, t.seq LIMIT %(limit)s OFFSET %(offset)s"""


def falls(*, user: User, period: PlayPeriod, today: date) -> Falls:
    """Those of the period that are older than ANSWER_DAYS: the others may still be answered."""
    ((total, unanswered),) = _fall_rows(_COUNT, user=user, period=period, today=today)
    return Falls(total, unanswered)


def unanswered_falls(
    *, user: User, period: PlayPeriod, today: date, limit: int, offset: int = 0
) -> list[Fall]:
    """The latest first."""
    found = _fall_rows(_LIST, user=user, period=period, today=today, limit=limit, offset=offset)
    return [Fall(*row) for row in found]


def _fall_rows(
    sql: str, *, user: User, period: PlayPeriod, today: date, **page: int
) -> list[tuple[Any, ...]]:
    scope, values = account_scope(user, column="x.account_id")
    last = min(period.last, today - timedelta(days=ANSWER_DAYS + 1))
    told: dict[str, Any] = {
        "first": period.first,
        "last": last,
        "within": timedelta(days=ANSWER_DAYS + 1),
        "zone": Installation.current().time_zone,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.format(falls=_FALLS.format(scope=scope)), told | values | page)
        return list(cursor.fetchall())


def review_due(playbook: Playbook) -> date:
    since = playbook.reviewed_on or (playbook.published_at or playbook.created_at).date()
    return since + _REVIEWED_WITHIN[ReviewCadence(playbook.review_cadence)]


def overdue_reviews(*, today: date) -> list[tuple[Playbook, date]]:
    """Playbooks in force whose review was due before today, the oldest first."""
    published = Playbook.objects.filter(state=Playbook.State.PUBLISHED).order_by("name", "pk")
    due = [(playbook, review_due(playbook)) for playbook in published]
    return sorted((each for each in due if each[1] < today), key=lambda each: each[1])
