"""Tickets, with whether each repeats a topic that was unsolved when it was opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from psycopg2 import sql

from accounts.catalogue import TicketCategory
from health.facts.profiles import Profiles
from health.facts.scope import FactScope, Ints, Table, number
from health.facts.windows import count, median, total, within
from health.measures.inputs import Flags, Floats, SupportFacts

_WINDOW = 90
_MONTH = 30
_LOAD = {TicketCategory.BILLING: 2, TicketCategory.DEFECT: 3}
_REPEAT_LOAD = 5

# Uses index: ticket_account_opened
_TICKETS = sql.SQL("""
    SELECT t.account_id, {opened}::bigint, {solved}::bigint,
        (t.category = 'defect')::int::bigint,
        CASE
            WHEN {in_a_month} AND t.topic <> '' AND EXISTS (
                SELECT 1 FROM accounts_ticket e
                WHERE e.account_id = t.account_id AND e.topic = t.topic
                    AND e.opened_at < t.opened_at
                    AND (e.solved_at IS NULL OR e.solved_at > t.opened_at)
            ) THEN {repeat}
            WHEN t.category = 'billing' THEN {billing}
            WHEN t.category = 'defect' THEN {defect}
            ELSE 1
        END::bigint,
        CASE WHEN t.topic = '' THEN 0 ELSE hashtextextended(t.topic, 0) END,
        {known}::bigint
    FROM accounts_ticket t
    WHERE {accounts} AND {opened_by_then}
        AND ({recent} OR t.solved_at IS NULL OR {solved_later} OR (t.account_id, t.topic) IN (
            SELECT o.account_id, o.topic FROM accounts_ticket o
            WHERE {others} AND o.topic <> '' AND (o.solved_at IS NULL OR {other_solved_later})
        ))
""")


@dataclass(frozen=True, slots=True)
class Tickets:
    """`topics` holds each ticket's topic of its account as a number, and `owners` whose it is;
    tickets without a topic share the last number, which belongs to nobody."""

    table: Table
    topics: Ints
    owners: Ints
    first_day: int | None
    accounts: int

    def on(self, day: date, profiles: Profiles) -> SupportFacts:
        today, table = number(day), self.table
        recent = within(table, day=today, window=_WINDOW)
        month = within(table, day=today, window=_MONTH)
        still_open = self._rows_opened(today) & (table["solved"] > today)
        counted = recent | still_open
        age = np.minimum(table["solved"], today) - table["day"]
        connected = self.first_day is not None and self.first_day <= today
        return SupportFacts(
            connected=np.full(self.accounts, connected),
            history=profiles.days_of_history(day, first_day=self.first_day or 0),
            load_30d=total(table, month, table["load"], accounts=self.accounts),
            tickets_90d=count(table, recent, accounts=self.accounts),
            defects_90d=total(table, recent, table["is_defect"], accounts=self.accounts),
            median_days=median(
                table.position[counted], age[counted].astype(np.float64), accounts=self.accounts
            ),
            most_on_open_topic=self._most_on_open_topic(today),
            open_now=count(table, still_open, accounts=self.accounts),
        )

    def _rows_opened(self, today: int) -> Flags:
        return (self.table["day"] <= today) & (self.table["known"] <= today)

    def _most_on_open_topic(self, today: int) -> Floats:
        opened, topics = self._rows_opened(today), self.topics
        is_open = opened & (self.table["solved"] > today)
        nobody = len(self.owners)
        tickets = np.bincount(topics[opened], minlength=nobody + 1)[:nobody]
        some_open = np.bincount(topics[is_open], minlength=nobody + 1)[:nobody] > 0
        most = np.zeros(self.accounts)
        np.maximum.at(most, self.owners[some_open], tickets[some_open])
        return most


def load(scope: FactScope, *, first_day: int | None) -> Tickets:
    query = _TICKETS.format(
        opened=scope.day_of("t.opened_at"),
        known=scope.known("t.learned_at"),
        solved=scope.day_of("t.solved_at"),
        repeat=sql.Literal(_REPEAT_LOAD),
        billing=sql.Literal(_LOAD[TicketCategory.BILLING]),
        defect=sql.Literal(_LOAD[TicketCategory.DEFECT]),
        accounts=scope.accounts("t.account_id"),
        opened_by_then=scope.before("t.opened_at", scope.last_day),
        in_a_month=scope.since("t.opened_at", scope.first_day - timedelta(days=_MONTH - 1)),
        others=scope.accounts("o.account_id"),
        recent=scope.since("t.opened_at", scope.first_day - timedelta(days=_WINDOW - 1)),
        solved_later=scope.since("t.solved_at", scope.first_day),
        other_solved_later=scope.since("o.solved_at", scope.first_day),
    )
    columns = ("id", "day", "solved", "is_defect", "load", "topic", "known")
    table = scope.fetch(query, columns)
    return Tickets(table, *_number_topics(table), first_day, len(scope))


def _number_topics(table: Table) -> tuple[Ints, Ints]:
    has_topic = table["topic"] != 0
    keys = np.rec.fromarrays([table.position[has_topic], table["topic"][has_topic]])
    found, numbers = np.unique(keys, return_inverse=True)
    topics = np.full(len(has_topic), len(found), dtype=np.int64)
    topics[has_topic] = numbers
    return topics, np.asarray(found["f0"], dtype=np.int64)
