"""How well plays are worked: of all that began in a period, by playbook, version, CSM or segment.

One statement for the figures, one for each list behind them. Days are those of the installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from accounts.models import Account, Installation, User
from accounts.models.scope import any_of_sql, sees_all

ENOUGH = 10
"""Below so many cases a share says nothing: it is not shown."""
SKIPPED_MOST = Decimal("0.10")
ON_TIME_LEAST, ON_TIME_LEAST_KEY = Decimal("0.85"), Decimal("0.90")
# What a customer notices at once when it is late.
_KEY_PLAYBOOKS = ("onboarding", "renewal")


class PlayCut(StrEnum):
    """What plays are told apart by."""

    PLAYBOOK = "playbook"
    VERSION = "version"
    CSM = "csm"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class PlayPeriod:
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ComplianceScope:
    """Which plays count: begun in the period, of accounts that `user` may see. `now` tells what
    is late."""

    user: User
    period: PlayPeriod
    now: datetime
    cut: PlayCut = PlayCut.PLAYBOOK


@dataclass(frozen=True, slots=True)
class ComplianceRow:
    """One group; `group` is None for all together. Plays: `started`; `ended`, and of those
    `completed` (as completed or recovered). Of plays that have an SLA, `promised` are completed or
    past it, `kept` completed within it. Steps of people: `done`, `skipped`; `due` are done or late
    and open, `on_time` done by then. `acted` plays began on a crossing and had a first action,
    after a median of `action_hours`; completed ones took a median of `days`.
    """

    group: str | None
    name: str
    started: int
    ended: int
    completed: int
    promised: int
    kept: int
    done: int
    skipped: int
    due: int
    on_time: int
    acted: int
    action_hours: Decimal | None
    days: Decimal | None

    @property
    def finished(self) -> int:
        return self.done + self.skipped

    @property
    def completed_share(self) -> Decimal | None:
        return _share_or_none(self.completed, self.ended)

    @property
    def kept_share(self) -> Decimal | None:
        return _share_or_none(self.kept, self.promised)

    @property
    def skipped_share(self) -> Decimal | None:
        return _share_or_none(self.skipped, self.finished)

    @property
    def on_time_share(self) -> Decimal | None:
        return _share_or_none(self.on_time, self.due)

    @property
    def on_time_wanted(self) -> Decimal:
        is_key = (self.group or "").startswith(_KEY_PLAYBOOKS)
        return ON_TIME_LEAST_KEY if is_key else ON_TIME_LEAST

    @property
    def is_skipped_too_often(self) -> bool:
        return self.skipped_share is not None and self.skipped_share >= SKIPPED_MOST

    @property
    def is_late_too_often(self) -> bool:
        return self.on_time_share is not None and self.on_time_share <= self.on_time_wanted


def _share_or_none(part: int, whole: int) -> Decimal | None:
    """None where there are too few to say."""
    return None if whole < ENOUGH else Decimal(part) / whole


# Group and its name. A play that was handed over counts for who leads it.
_CUTS = {
    PlayCut.PLAYBOOK: ("p.playbook_key", "b.name"),
    PlayCut.VERSION: (
        "p.playbook_key || '.' || b.version",
        "b.name || ', version ' || b.version",
    ),
    PlayCut.CSM: ("coalesce(p.lead_id, p.csm_id, 0)::text", "coalesce(u.name, '')"),
    PlayCut.SEGMENT: ("coalesce(nullif(a.segment_override, ''), a.segment)",) * 2,
}
# A report: it reads the plays of its period and their steps whole.
_COHORT = """
    cohort AS (
        SELECT p.id, p.account_id, p.state, p.outcome, p.opened_day, p.opened_at, p.closed_at,
            p.start_id, b.sla_days, b.name AS playbook, u.name AS csm,
            {group} AS grp, {name} AS grp_name,
            (coalesce(p.closed_at, %(now)s) AT TIME ZONE %(zone)s)::date - p.opened_day AS days,
            p.outcome IN ('completed', 'recovered') AS is_completed
        FROM playbooks_play p
        JOIN playbooks_playbook b ON b.id = p.playbook_id
        JOIN accounts_account a ON a.id = p.account_id
        LEFT JOIN accounts_user u ON u.id = coalesce(p.lead_id, p.csm_id)
        WHERE p.opened_day BETWEEN %(first)s AND %(last)s AND {scope}
    ), step AS (
        SELECT t.id, t.play_id, t.title, t.state, t.due_at, t.closed_at, t.reason, t.owner_id,
            t.closed_by_id,
            t.state = 'done' OR (t.state IN ('open', 'snoozed') AND t.due_at < %(now)s) AS is_due,
            t.state = 'done' AND t.closed_at <= t.due_at AS is_on_time
        FROM playbooks_task t JOIN cohort c ON c.id = t.play_id
        WHERE t.step_id IS NOT NULL AND t.owner_role <> 'system'
    )"""
_FIGURES = """
    WITH {cohort}, worked AS (
        SELECT play_id,
            count(*) FILTER (WHERE state = 'done') AS done,
            count(*) FILTER (WHERE state = 'skipped') AS skipped,
            count(*) FILTER (WHERE is_due) AS due,
            count(*) FILTER (WHERE is_on_time) AS on_time,
            min(closed_at) FILTER (WHERE state IN ('done', 'skipped')) AS acted_at
        FROM step GROUP BY play_id
    ), answered AS (
        SELECT c.*, w.*, CASE WHEN w.acted_at >= g.occurred_at
            THEN extract(epoch FROM w.acted_at - g.occurred_at) / 3600 END AS hours
        FROM cohort c
        LEFT JOIN worked w ON w.play_id = c.id
        LEFT JOIN playbooks_playstart s ON s.id = c.start_id
        LEFT JOIN accounts_signal g ON g.id = s.signal_id AND g.kind = 'health.crossed'
    )
    SELECT grp, max(grp_name), count(*),
        count(*) FILTER (WHERE state = 'closed'),
        count(*) FILTER (WHERE is_completed),
        count(*) FILTER (WHERE sla_days IS NOT NULL
            AND (is_completed OR (state = 'open' AND days > sla_days))),
        count(*) FILTER (WHERE is_completed AND days <= sla_days),
        coalesce(sum(done), 0)::int, coalesce(sum(skipped), 0)::int,
        coalesce(sum(due), 0)::int, coalesce(sum(on_time), 0)::int,
        count(hours),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY hours),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE is_completed)
    FROM answered GROUP BY GROUPING SETS ((grp), ())
    ORDER BY grp IS NULL DESC, count(*) DESC, grp
    LIMIT 502
"""


def compliance(asked: ComplianceScope) -> list[ComplianceRow]:
    """All together first, then the largest groups."""
    statement, values = _cohort_statement(_FIGURES, asked)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [_compliance_row(list(values)) for values in cursor.fetchall()]


def _compliance_row(values: list[Any]) -> ComplianceRow:
    values[1] = values[1] or ""
    values[-2:] = map(_rounded_or_none, values[-2:])
    return ComplianceRow(*values)


def _rounded_or_none(value: Any) -> Decimal | None:
    return None if value is None else round(Decimal(str(value)), 1)


def _cohort_statement(
    sql: str, asked: ComplianceScope, *, which: str = ""
) -> tuple[str, dict[str, Any]]:
    group, name = _CUTS[asked.cut]
    scope, values = account_scope(asked.user, column="p.account_id")
    cohort = _COHORT.format(group=group, name=name, scope=scope)
    return sql.format(cohort=cohort, which=which), {
        "first": asked.period.first,
        "last": asked.period.last,
        "now": asked.now,
        "zone": Installation.current().time_zone,
        **values,
    }


def account_scope(user: User, *, column: str) -> tuple[str, dict[str, Any]]:
    """A condition on a statement written by hand: the accounts this person may see."""
    if sees_all(user):
        return "true", {}
    ids = list(Account.objects.for_user(user).values_list("pk", flat=True))
    keys, (text,) = any_of_sql(ids)
    return f"{column} = {keys % '%(scope_ids)s'}", {"scope_ids": text}


class PlayFigure(StrEnum):
    """What a number of the page opens."""

    STARTED = "started"
    ENDED = "ended"
    COMPLETED = "completed"
    KEPT = "kept"
    PAST_SLA = "past_sla"
    DONE = "done"
    SKIPPED = "skipped"
    ON_TIME = "on_time"
    LATE = "late"
    ACTED = "acted"


@dataclass(frozen=True, slots=True)
class ComplianceLine:
    """A play, or a step of one; `at` is when it ended, `hours` from the crossing to the action."""

    play_id: int
    task_id: int | None
    account_key: str
    account_name: str
    playbook: str
    csm: str
    title: str
    state: str
    due_at: datetime | None
    at: datetime | None
    reason: str
    hours: Decimal | None


_PLAYS = """
    WITH {cohort}
    SELECT c.id, NULL::bigint, a.external_id, a.name, c.playbook, coalesce(c.csm, ''), '',
        coalesce(c.outcome, c.state), NULL::timestamptz, c.closed_at, '', NULL::numeric
    FROM cohort c JOIN accounts_account a ON a.id = c.account_id
    WHERE {which} AND (%(group)s = '' OR c.grp = %(group)s)
    ORDER BY c.opened_at DESC, c.id DESC LIMIT %(limit)s OFFSET %(offset)s"""
_STEPS = """
    WITH {cohort}
    SELECT c.id, t.id, a.external_id, a.name, c.playbook, coalesce(o.name, ''), t.title, t.state,
        t.due_at, t.closed_at, t.reason, NULL::numeric
    FROM step t JOIN cohort c ON c.id = t.play_id JOIN accounts_account a ON a.id = c.account_id
    LEFT JOIN accounts_user o ON o.id = coalesce(t.closed_by_id, t.owner_id)
    WHERE {which} AND (%(group)s = '' OR c.grp = %(group)s)
    ORDER BY t.due_at DESC, t.id DESC LIMIT %(limit)s OFFSET %(offset)s"""
_ACTIONS = """
    WITH {cohort}
    SELECT c.id, f.id, a.external_id, a.name, c.playbook, coalesce(o.name, ''), f.title, f.state,
        f.due_at, f.closed_at, f.reason, extract(epoch FROM f.closed_at - g.occurred_at) / 3600
    FROM cohort c JOIN accounts_account a ON a.id = c.account_id
    JOIN playbooks_playstart s ON s.id = c.start_id
    JOIN accounts_signal g ON g.id = s.signal_id AND g.kind = 'health.crossed'
    JOIN LATERAL (
        SELECT * FROM step t WHERE t.play_id = c.id AND t.state IN ('done', 'skipped')
        ORDER BY t.closed_at, t.id LIMIT 1
    ) f ON f.closed_at >= g.occurred_at
    LEFT JOIN accounts_user o ON o.id = f.closed_by_id
    WHERE {which} AND (%(group)s = '' OR c.grp = %(group)s)
    ORDER BY 12 DESC, c.id DESC LIMIT %(limit)s OFFSET %(offset)s"""
_LISTS = {
    PlayFigure.STARTED: (_PLAYS, "true"),
    PlayFigure.ENDED: (_PLAYS, "c.state = 'closed'"),
    PlayFigure.COMPLETED: (_PLAYS, "c.is_completed"),
    PlayFigure.KEPT: (_PLAYS, "c.is_completed AND c.days <= c.sla_days"),
    PlayFigure.PAST_SLA: (_PLAYS, "c.days > c.sla_days AND (c.is_completed OR c.state = 'open')"),
    PlayFigure.DONE: (_STEPS, "t.state = 'done'"),
    PlayFigure.SKIPPED: (_STEPS, "t.state = 'skipped'"),
    PlayFigure.ON_TIME: (_STEPS, "t.is_on_time"),
    PlayFigure.LATE: (_STEPS, "t.is_due AND NOT t.is_on_time"),
    PlayFigure.ACTED: (_ACTIONS, "true"),
}


def compliance_lines(
    asked: ComplianceScope, *, figure: PlayFigure, group: str, limit: int, offset: int = 0
) -> list[ComplianceLine]:
    """The plays or steps a number counts; `group` empty: of all groups."""
    body, which = _LISTS[figure]
    statement, values = _cohort_statement(body, asked, which=which)
    with connection.cursor() as cursor:
        cursor.execute(statement, values | {"group": group, "limit": limit, "offset": offset})
        return [_compliance_line(list(row)) for row in cursor.fetchall()]


def _compliance_line(values: list[Any]) -> ComplianceLine:
    values[-1] = _rounded_or_none(values[-1])
    return ComplianceLine(*values)
