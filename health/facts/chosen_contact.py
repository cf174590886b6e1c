"""What measures with parameters demand of conversations, sessions, tickets and what a CSM says: a
query a source, and none where nobody asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
from psycopg2 import sql

from accounts.catalogue import ContactLevel, Sentiment
from health.facts.given import Given
from health.facts.scope import FactScope, Ints, Table, number
from health.facts.sources import Feeds
from health.facts.windows import count, latest, within
from health.measures.demands import (
    Conversations,
    CsmSentimentAge,
    CsmSentimentValue,
    Demand,
    ExecutiveTalks,
    FunctionsEngaged,
    PeopleWhoCame,
    ShareWhoCame,
    TalksOfKind,
    TicketsNegative,
    TicketsRated,
)
from health.measures.inputs import Flags, Floats, ratio

OfTalks: TypeAlias = TalksOfKind | PeopleWhoCame | Conversations | ExecutiveTalks | FunctionsEngaged
OfSessions: TypeAlias = TalksOfKind | PeopleWhoCame | ShareWhoCame
OfTickets: TypeAlias = TicketsRated | TicketsNegative
OfCsms: TypeAlias = CsmSentimentValue | CsmSentimentAge

_SENTIMENTS = [sentiment.value for sentiment in Sentiment]
_SATISFIED = 4

# One row a person who took part, and one where nobody of theirs did.
# Uses index: interaction_account_at
_TALKS = sql.SQL("""
    SELECT i.account_id, {day}::bigint, {known}::bigint, i.id,
        COALESCE(array_position({kinds}, i.kind::text), 0)::bigint - 1,
        COALESCE(array_position({sentiments}, i.sentiment::text), 0)::bigint - 1,
        (k.is_conversation)::int::bigint, COALESCE(c.id, 0)::bigint,
        COALESCE(c.level = ANY ({executives}), false)::int::bigint,
        CASE WHEN btrim(COALESCE(c.job_function, '')) = '' THEN 0
            ELSE hashtextextended(lower(btrim(c.job_function)), 0) END
    FROM accounts_interaction i
    JOIN accounts_interactionkind k ON k.key = i.kind
    LEFT JOIN accounts_interactioncontact p ON p.interaction_id = i.id
    LEFT JOIN accounts_contact c ON c.id = p.contact_id
    WHERE {accounts} AND {until} AND {since}
""")
_TALK_COLUMNS = (
    "id", "day", "known", "talk", "kind", "sentiment", "is_conversation", "person", "is_executive",
    "function",
)  # fmt: skip

# Uses index: attendance_account
_SESSIONS = sql.SQL("""
    SELECT a.account_id, {day}::bigint, GREATEST({known}, {session_known})::bigint, s.id,
        array_position({kinds}, s.kind::text)::bigint - 1, a.contact_id, a.attended::int::bigint
    FROM accounts_attendance a JOIN accounts_groupsession s ON s.id = a.session_id
    WHERE {accounts} AND {until} AND {since} AND s.kind = ANY ({kinds})
""")
_SESSION_COLUMNS = ("id", "day", "known", "session", "kind", "person", "came")

# A ticket is rated when it is solved. Uses index: ticket_account_opened
_TICKETS = sql.SQL("""
    SELECT t.account_id, {day}::bigint, {solved}::bigint, {known}::bigint,
        COALESCE(array_position({sentiments}, t.sentiment::text), 0)::bigint - 1,
        COALESCE(t.satisfaction, 0)::bigint
    FROM accounts_ticket t
    WHERE {accounts} AND {until} AND ({since} OR {solved_since})
""")

# Uses index: csm_sentiment_account_at
_SAID = sql.SQL("""
    SELECT r.account_id, {day}::bigint, {known}::bigint,
        floor(extract(epoch FROM r.said_at) * 1000)::bigint, r.id, r.value::bigint
    FROM accounts_csmsentiment r
    WHERE {accounts} AND {until}
""")


@dataclass(frozen=True, slots=True)
class ContactRows:
    """What was asked for; None where nobody asked."""

    kinds: tuple[str, ...]
    talks: Table | None
    sessions: Table | None
    tickets: Table | None
    said: Table | None
    accounts: int

    def answer(self, demand: Demand, day: date, given: Given) -> Floats | None:
        today = number(day)
        match demand:
            case TalksOfKind():
                return self._talks_of_kind(demand, today)
            case PeopleWhoCame():
                return self._people_who_came(demand, today)
            case ShareWhoCame():
                return self._share_who_came(demand, today)
            case Conversations() | ExecutiveTalks() | FunctionsEngaged():
                return self._of_talks(demand, today)
            case TicketsRated() | TicketsNegative():
                return self._of_tickets(demand, today)
            case CsmSentimentValue() | CsmSentimentAge():
                return self._of_what_was_said(demand, today)
            case _:
                return None

    def _of_talks(
        self, demand: Conversations | ExecutiveTalks | FunctionsEngaged, today: int
    ) -> Floats:
        talks = _that_was_read(self.talks)
        rows = within(talks, day=today, window=demand.days)
        match demand:
            case Conversations():
                rows &= talks["is_conversation"] == 1
                if demand.sentiment:
                    rows &= talks["sentiment"] == _SENTIMENTS.index(demand.sentiment)
                return self._count_distinct(talks.position[rows], talks["talk"][rows])
            case ExecutiveTalks():
                rows &= talks["is_executive"] == 1
                return self._count_distinct(talks.position[rows], talks["talk"][rows])
            case FunctionsEngaged():
                rows &= talks["function"] != 0
                return self._count_distinct(talks.position[rows], talks["function"][rows])

    def _talks_of_kind(self, demand: TalksOfKind, today: int) -> Floats:
        talks, sessions = _that_was_read(self.talks), _that_was_read(self.sessions)
        held = self._of_kind(talks, demand, today)
        came = self._of_kind(sessions, demand, today) & (sessions["came"] == 1)
        return self._count_distinct(
            talks.position[held], talks["talk"][held]
        ) + self._count_distinct(sessions.position[came], sessions["session"][came])

    def _people_who_came(self, demand: PeopleWhoCame, today: int) -> Floats:
        talks, sessions = _that_was_read(self.talks), _that_was_read(self.sessions)
        held = self._of_kind(talks, demand, today) & (talks["person"] != 0)
        came = self._of_kind(sessions, demand, today) & (sessions["came"] == 1)
        return self._count_distinct(
            np.concatenate([talks.position[held], sessions.position[came]]),
            np.concatenate([talks["person"][held], sessions["person"][came]]),
        )

    def _share_who_came(self, demand: ShareWhoCame, today: int) -> Floats:
        sessions = _that_was_read(self.sessions)
        expected = self._of_kind(sessions, demand, today)
        came = expected & (sessions["came"] == 1)
        return ratio(self._count_rows(sessions, came), self._count_rows(sessions, expected))

    def _of_tickets(self, demand: OfTickets, today: int) -> Floats:
        tickets = _that_was_read(self.tickets)
        known = tickets["known"] <= today
        if isinstance(demand, TicketsRated):
            solved = tickets["solved"]
            rated = known & (solved <= today) & (solved > today - demand.days)
            rated &= tickets["satisfaction"] > 0
            satisfied = rated & (tickets["satisfaction"] >= _SATISFIED)
            return ratio(self._count_rows(tickets, satisfied), self._count_rows(tickets, rated))
        opened = within(tickets, day=today, window=demand.days)
        told = opened & (tickets["sentiment"] >= 0)
        negative = told & (tickets["sentiment"] == _SENTIMENTS.index(Sentiment.NEGATIVE))
        share = ratio(self._count_rows(tickets, negative), self._count_rows(tickets, told))
        return np.where(self._count_rows(tickets, opened) == 0, 0.0, share)

    def _of_what_was_said(self, demand: OfCsms, today: int) -> Floats:
        said = _that_was_read(self.said)
        rows = within(said, day=today, window=today + 1)
        if isinstance(demand, CsmSentimentAge):
            return today - latest(said, rows, accounts=self.accounts)
        order = np.lexsort((said["row"][rows], said["moment"][rows]))
        values = np.full(self.accounts, np.nan)
        # Of one account's rows the last assignment stays: that of the latest moment.
        values[said.position[rows][order]] = said["value"][rows][order]
        return values

    def _of_kind(
        self, table: Table, demand: TalksOfKind | PeopleWhoCame | ShareWhoCame, today: int
    ) -> Flags:
        rows = within(table, day=today, window=demand.days)
        rows &= table["kind"] == self.kinds.index(demand.kind)
        return rows

    def _count_rows(self, table: Table, rows: Flags) -> Floats:
        return count(table, rows, accounts=self.accounts)

    def _count_distinct(self, positions: Ints, values: Ints) -> Floats:
        """How many different values each account has."""
        seen = np.unique(np.rec.fromarrays([positions, values]))
        return np.bincount(seen["f0"], minlength=self.accounts).astype(np.float64)


def _that_was_read(table: Table | None) -> Table:
    if table is None:
        raise ValueError("a demand was made of what was not read")
    return table


def load_contact_rows(
    scope: FactScope, demands: Collection[Demand], _feeds: Feeds
) -> ContactRows | None:
    talks = [d for d in demands if isinstance(d, OfTalks)]
    sessions = [d for d in demands if isinstance(d, OfSessions)]
    tickets = [d for d in demands if isinstance(d, OfTickets)]
    of_kind = [*(d for d in talks if isinstance(d, OfSessions)), *sessions]
    kinds = tuple(sorted({d.kind for d in of_kind}))
    said = any(isinstance(d, OfCsms) for d in demands)
    if not (talks or sessions or tickets or said):
        return None
    return ContactRows(
        kinds=kinds,
        talks=_load_talks(scope, kinds, max(d.days for d in talks)) if talks else None,
        sessions=_load_sessions(scope, kinds, max(d.days for d in sessions)) if sessions else None,
        tickets=_load_tickets(scope, max(d.days for d in tickets)) if tickets else None,
        said=_load_said(scope) if said else None,
        accounts=len(scope),
    )


def _text_list(values: Collection[str]) -> sql.Composable:
    return sql.SQL("{}::text[]").format(sql.Literal(list(values)))


def _load_talks(scope: FactScope, kinds: tuple[str, ...], window: int) -> Table:
    query = _TALKS.format(
        day=scope.day_of("i.occurred_at"),
        known=scope.known("i.learned_at"),
        kinds=_text_list(kinds),
        sentiments=_text_list(_SENTIMENTS),
        executives=_text_list([ContactLevel.C_LEVEL.value, ContactLevel.VP.value]),
        accounts=scope.accounts("i.account_id"),
        until=scope.before("i.occurred_at", scope.last_day),
        since=scope.since("i.occurred_at", scope.first_day - timedelta(days=window - 1)),
    )
    return scope.fetch(query, _TALK_COLUMNS)


def _load_sessions(scope: FactScope, kinds: tuple[str, ...], window: int) -> Table:
    query = _SESSIONS.format(
        day=scope.day_of("s.starts_at"),
        known=scope.known("a.learned_at"),
        session_known=scope.known("s.learned_at"),
        kinds=_text_list(kinds),
        accounts=scope.accounts("a.account_id"),
        until=scope.before("s.starts_at", scope.last_day),
        since=scope.since("s.starts_at", scope.first_day - timedelta(days=window - 1)),
    )
    return scope.fetch(query, _SESSION_COLUMNS)


def _load_tickets(scope: FactScope, window: int) -> Table:
    first = scope.first_day - timedelta(days=window - 1)
    query = _TICKETS.format(
        day=scope.day_of("t.opened_at"),
        solved=scope.day_of("t.solved_at"),
        known=scope.known("t.learned_at"),
        sentiments=_text_list(_SENTIMENTS),
        accounts=scope.accounts("t.account_id"),
        until=scope.before("t.opened_at", scope.last_day),
        since=scope.since("t.opened_at", first),
        solved_since=scope.since("t.solved_at", first),
    )
    return scope.fetch(query, ("id", "day", "solved", "known", "sentiment", "satisfaction"))


def _load_said(scope: FactScope) -> Table:
    query = _SAID.format(
        day=scope.day_of("r.said_at"),
        known=scope.known("r.learned_at"),
        accounts=scope.accounts("r.account_id"),
        until=scope.before("r.said_at", scope.last_day),
    )
    return scope.fetch(query, ("id", "day", "known", "moment", "row", "value"))
