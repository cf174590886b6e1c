"""Contacts and their roles, conversations and who took part, business events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from psycopg2 import sql

from accounts.catalogue import ContactLevel, EventMeaning
from health.facts.profiles import Profiles
from health.facts.scope import NEVER, FactScope, Table, number
from health.facts.windows import count, latest, within
from health.measures.inputs import ContactFacts, EventFacts, Floats, InteractionFacts

LEVELS = tuple(ContactLevel)
_EXECUTIVE = (LEVELS.index(ContactLevel.C_LEVEL), LEVELS.index(ContactLevel.VP))
_MEANINGS = tuple(EventMeaning)
_LEFT_WINDOW = 60
# Longer ago reads the same on the shipped curves as never (540 days).
_LONGEST = 540

# One row a period of being a champion: from the contact's role history where there is one,
# else for as long as we have known the contact. Uses index: history_cut
_CHAMPIONS = sql.SQL("""
    SELECT c.account_id,
        (GREATEST(c.met_on, COALESCE(h.valid_from, c.met_on)) - DATE '1970-01-01')::bigint,
        COALESCE(h.valid_to - DATE '1970-01-01', {never})::bigint,
        COALESCE(c.left_on - DATE '1970-01-01', {never})::bigint,
        {known}::bigint, {superseded}::bigint
    FROM accounts_contact c
    LEFT JOIN accounts_attributehistory h ON h.attribute = 'roles' AND h.account_id = c.account_id
        AND h.contact_id = c.id
    WHERE {accounts} AND c.met_on <= {last}::date
        AND CASE WHEN h.id IS NULL THEN 'champion' = ANY (c.roles)
            ELSE 'champion' = ANY (string_to_array(h.value, ',')) END
""")

# Uses index: interaction_account_at
_CONVERSATIONS = sql.SQL("""
    SELECT i.account_id, {day}::bigint, {known}::bigint, i.is_commercial::int::bigint
    FROM accounts_interaction i
    WHERE {accounts} AND {until} AND {since} AND i.kind <> ALL (
        ARRAY(SELECT key FROM accounts_interactionkind WHERE NOT is_conversation))
""")

# Uses index: interaction_account_at
_PARTICIPANTS = sql.SQL("""
    SELECT i.account_id, {day}::bigint, {known}::bigint,
        array_position({levels}, c.level::text)::bigint - 1
    FROM accounts_interaction i
    JOIN accounts_interactioncontact p ON p.interaction_id = i.id
    JOIN accounts_contact c ON c.id = p.contact_id
    WHERE {accounts} AND {until} AND {since}
""")

# Uses index: event_account_kind
_EVENTS = sql.SQL("""
    SELECT e.account_id, (e.occurred_on - DATE '1970-01-01')::bigint, {known}::bigint,
        array_position({meanings}, k.meaning::text)::bigint - 1
    FROM accounts_businessevent e JOIN accounts_businesseventkind k ON k.key = e.kind
    WHERE {accounts} AND e.occurred_on <= {last}::date AND e.kind = ANY (
        ARRAY(SELECT key FROM accounts_businesseventkind WHERE meaning <> ''))
""")


@dataclass(frozen=True, slots=True)
class Champions:
    table: Table
    first_day: int | None
    accounts: int

    def on(self, day: date) -> ContactFacts:
        today, table = number(day), self.table
        known = (table["known"] <= today) & (table["superseded"] > today)
        begun = (table["day"] <= today) & known
        now = begun & (table["stop"] > today) & (table["left"] > today)
        # A champion who left held the role until the day of leaving (or lost it that day).
        left = begun & (table["left"] <= today) & (table["left"] > today - _LEFT_WINDOW)
        left &= table["stop"] >= table["left"]
        connected = self.first_day is not None and self.first_day <= today
        return ContactFacts(
            connected=np.full(self.accounts, connected),
            champions=count(table, now, accounts=self.accounts),
            champions_left_60d=count(table, left, accounts=self.accounts),
        )


def load_champions(scope: FactScope, *, first_day: int | None) -> Champions:
    query = _CHAMPIONS.format(
        never=sql.Literal(NEVER),
        known=scope.known("COALESCE(h.learned_at, c.learned_at)"),
        superseded=scope.superseded("h.superseded_at"),
        accounts=scope.accounts("c.account_id"),
        last=sql.Literal(scope.last_day),
    )
    table = scope.fetch(query, ("id", "day", "stop", "left", "known", "superseded"))
    return Champions(table, first_day, len(scope))


@dataclass(frozen=True, slots=True)
class Interactions:
    conversations: Table
    participants: Table
    first_day: int | None
    accounts: int

    def on(self, day: date, profiles: Profiles) -> InteractionFacts:
        today, talks, people = number(day), self.conversations, self.participants
        commercial = within(talks, day=today, window=90) & (talks["is_commercial"] == 1)
        executive = within(people, day=today, window=_LONGEST)
        executive &= np.isin(people["level"], _EXECUTIVE)
        connected = self.first_day is not None and self.first_day <= today
        recent = within(talks, day=today, window=_LONGEST)
        return InteractionFacts(
            connected=np.full(self.accounts, connected),
            history=profiles.days_of_history(day, first_day=self.first_day or 0),
            commercial_90d=count(talks, commercial, accounts=self.accounts),
            days_since_conversation=today - latest(talks, recent, accounts=self.accounts),
            days_since_executive=today - latest(people, executive, accounts=self.accounts),
            levels_180d=self._levels_in_contact(within(people, day=today, window=180)),
        )

    def _levels_in_contact(self, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
        seen = np.zeros((self.accounts, len(LEVELS)))
        seen[self.participants.position[rows], self.participants["level"][rows]] = 1
        return np.asarray(seen.sum(axis=1), dtype=np.float64)


def load_interactions(scope: FactScope, *, first_day: int | None) -> Interactions:
    shared = {
        "day": scope.day_of("i.occurred_at"),
        "known": scope.known("i.learned_at"),
        "accounts": scope.accounts("i.account_id"),
        "until": scope.before("i.occurred_at", scope.last_day),
        "since": scope.since("i.occurred_at", scope.first_day - timedelta(days=_LONGEST)),
    }
    talks = scope.fetch(_CONVERSATIONS.format(**shared), ("id", "day", "known", "is_commercial"))
    query = _PARTICIPANTS.format(levels=sql.Literal([level.value for level in LEVELS]), **shared)
    people = scope.fetch(query, ("id", "day", "known", "level"))
    return Interactions(talks, people, first_day, len(scope))


@dataclass(frozen=True, slots=True)
class Events:
    table: Table
    first_day: int | None
    accounts: int

    def on(self, day: date) -> EventFacts:
        today = number(day)
        connected = self.first_day is not None and self.first_day <= today
        return EventFacts(
            connected=np.full(self.accounts, connected),
            upsells_declined_90d=self._count_events(today, 90, EventMeaning.UPSELL_DECLINED),
            renewal_pushbacks_90d=self._count_events(today, 90, EventMeaning.RENEWAL_PUSHBACK),
            expansion_conversations_180d=self._count_events(
                today, 180, EventMeaning.EXPANSION_CONVERSATION, EventMeaning.UPSELL_DECLINED
            ),
        )

    def first_value(self, day: date, *, start: Floats) -> Floats:
        """Days from the contract's start to the first value moment after it; NaN if none yet."""
        today, table = number(day), self.table
        rows = within(table, day=today, window=NEVER) & self._has_meaning(
            EventMeaning.FIRST_VALUE_MOMENT
        )
        rows &= table["day"] >= start[table.position]
        reached = np.full(self.accounts, np.inf)
        np.minimum.at(reached, table.position[rows], table["day"][rows].astype(np.float64))
        return np.where(np.isinf(reached), np.nan, reached - start)

    def _count_events(self, today: int, window: int, *meanings: EventMeaning) -> Floats:
        rows = within(self.table, day=today, window=window) & self._has_meaning(*meanings)
        return count(self.table, rows, accounts=self.accounts)

    def _has_meaning(self, *meanings: EventMeaning) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.isin(self.table["meaning"], [_MEANINGS.index(meaning) for meaning in meanings])


def load_events(scope: FactScope, *, first_day: int | None) -> Events:
    query = _EVENTS.format(
        known=scope.known("e.learned_at"),
        meanings=sql.Literal([meaning.value for meaning in _MEANINGS]),
        accounts=scope.accounts("e.account_id"),
        last=sql.Literal(scope.last_day),
    )
    return Events(scope.fetch(query, ("id", "day", "known", "meaning")), first_day, len(scope))
