"""Tickets by what they were about, how severe they were and when they were answered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection
from psycopg2 import sql

from accounts.catalogue import Severity, TicketCategory
from health.facts.given import Given
from health.facts.scope import NEVER, FactScope, Table, number
from health.facts.sources import Feeds
from health.facts.windows import count, median, within
from health.measures.demands import Demand, FirstReplyHours, ReplyHistory, TicketCount
from health.measures.inputs import Flags, Floats

_CATEGORIES, _SEVERITIES = tuple(TicketCategory), tuple(Severity)

# A repeat is one as soon as the ticket it repeats is known. Uses index: ticket_account_opened
_TICKETS = sql.SQL("""
    SELECT t.account_id, {opened}::bigint, {known}::bigint, {solved}::bigint,
        array_position({categories}, t.category::text)::bigint - 1,
        array_position({severities}, t.severity::text)::bigint - 1,
        {replied}::bigint,
        COALESCE(EXTRACT(epoch FROM t.first_reply_at - t.opened_at) / 3600, 0)::float8,
        CASE WHEN t.topic = '' THEN {never} ELSE COALESCE((
            SELECT min({other_known}) FROM accounts_ticket e
            WHERE e.account_id = t.account_id AND e.topic = t.topic
                AND e.opened_at < t.opened_at
                AND (e.solved_at IS NULL OR e.solved_at > t.opened_at)
        ), {never}) END::bigint
    FROM accounts_ticket t
    WHERE {accounts} AND {opened_by_then} AND {recent}
""")
_COLUMNS = ("id", "day", "known", "solved", "category", "severity", "replied", "f_hours", "repeats")

# Uses index: ticket_replied
_REPLIED_SINCE = """
    SELECT (min(t.opened_at) AT TIME ZONE %s)::date
    FROM accounts_ticket t WHERE t.first_reply_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class TicketRows:
    table: Table
    replied_since: date | None
    scope: FactScope

    def answer(self, demand: Demand, day: date, given: Given) -> Floats | None:
        match demand:
            case TicketCount():
                return count(self.table, self._rows_asked(demand, day), accounts=len(self.scope))
            case FirstReplyHours():
                return self._first_reply(demand, day)
            case ReplyHistory():
                return self._known_days(day, given)
            case _:
                return None

    def _rows_asked(self, asked: TicketCount, day: date) -> Flags:
        today, table = number(day), self.table
        rows = within(table, day=today, window=asked.days)
        if asked.category:
            rows &= table["category"] == [each.value for each in _CATEGORIES].index(asked.category)
        if asked.severities:
            places = [n for n, each in enumerate(_SEVERITIES) if each.value in asked.severities]
            rows &= np.isin(table["severity"], places)
        if asked.is_repeat:
            rows &= table["repeats"] <= today
        return rows

    def _first_reply(self, asked: FirstReplyHours, day: date) -> Floats:
        today, table = number(day), self.table
        rows = within(table, day=today, window=asked.days)
        answered = rows & (table["replied"] <= today)
        waits = rows & ~answered & (table["solved"] > today)
        hours = np.where(answered, table["f_hours"], (today - table["day"]) * 24.0)
        counted = answered | waits
        return median(table.position[counted], hours[counted], accounts=len(self.scope))

    def _known_days(self, day: date, given: Given) -> Floats:
        if self.replied_since is None or self.replied_since > day:
            return np.full(len(self.scope), np.nan)
        return given.profiles.days_of_history(day, first_day=number(self.replied_since))


def load_tickets(scope: FactScope, demands: Collection[Demand], _feeds: Feeds) -> TicketRows | None:
    asked = [d for d in demands if isinstance(d, TicketCount | FirstReplyHours)]
    about_replies = any(isinstance(d, FirstReplyHours | ReplyHistory) for d in demands)
    if not asked and not about_replies:
        return None
    longest = max((each.days for each in asked), default=1)
    query = _TICKETS.format(
        opened=scope.day_of("t.opened_at"),
        known=scope.known("t.learned_at"),
        solved=scope.day_of("t.solved_at"),
        replied=scope.day_of("t.first_reply_at"),
        other_known=scope.known("e.learned_at"),
        categories=sql.Literal([each.value for each in _CATEGORIES]),
        severities=sql.Literal([each.value for each in _SEVERITIES]),
        never=sql.Literal(NEVER),
        accounts=scope.accounts("t.account_id"),
        opened_by_then=scope.before("t.opened_at", scope.last_day),
        recent=scope.since("t.opened_at", scope.first_day - timedelta(days=longest - 1)),
    )
    since = _replied_since(scope.zone) if about_replies else None
    return TicketRows(scope.fetch(query, _COLUMNS), since, scope)


def _replied_since(zone: str) -> date | None:
    with connection.cursor() as cursor:
        cursor.execute(_REPLIED_SINCE, [zone])
        first: date | None = cursor.fetchone()[0]
    return first
