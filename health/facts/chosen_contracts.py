"""Terms of contracts: how long, how often renewed, and when the next renewal is decided.

A contract that renews itself ends again and again, until another takes over or it is cancelled.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
from psycopg2 import sql

from accounts.catalogue import LEAST_RENEWAL_MONTHS
from accounts.models import Installation
from accounts.queries.renewal_terms import is_renewable
from health.facts.given import Given
from health.facts.profiles import Profiles
from health.facts.revenue import Contracts
from health.facts.scope import NEVER, FactScope, Table, number
from health.facts.sources import Feeds
from health.facts.windows import count
from health.measures.demands import (
    DaysToDecision,
    Demand,
    LatePayments,
    RelationshipDays,
    RenewalsDone,
    TermMonths,
)
from health.measures.inputs import Flags, Floats

# A row an end of a contract. `stop` is the day from which the contract is not in force, `closed`
# that on which what becomes of it was settled. Uses index: contract_account
_ENDS = sql.SQL("""
    SELECT c.account_id, (c.starts_on - DATE '1970-01-01')::bigint, {known}::bigint,
        GREATEST(c.term_months,
            COALESCE(round((c.ends_on - c.deal_starts_on) / 30.4375), 0))::bigint,
        COALESCE(CASE
            WHEN c.state = 'cancelled' AND c.cancelled_on IS NOT NULL
                AND (c.auto_renew OR c.ends_on IS NULL OR c.cancelled_on < c.ends_on)
                THEN c.cancelled_on
            WHEN c.state <> 'active' THEN GREATEST(c.ends_on, c.closed_on)
            WHEN c.auto_renew THEN NULL
            ELSE c.ends_on + LEAST({grace}, c.ends_on - c.starts_on)
        END - DATE '1970-01-01', {never})::bigint,
        COALESCE(CASE WHEN c.state <> 'active' THEN COALESCE(c.closed_on, c.cancelled_on, c.ends_on)
            END - DATE '1970-01-01', {never})::bigint,
        (c.state = 'renewed')::int::bigint, c.auto_renew::int::bigint,
        COALESCE(c.notice_days, 0)::bigint, e.number::bigint,
        COALESCE(e.began_on - DATE '1970-01-01', -{never})::bigint,
        COALESCE(e.ends_on - DATE '1970-01-01', {never})::bigint,
        (c.ends_on IS NOT NULL AND c.steps_on IS NULL
            AND (c.auto_renew AND c.term_months >= {least} OR {renewable}))::int::bigint
    FROM accounts_contract c CROSS JOIN LATERAL (
        SELECT k AS number,
            (c.ends_on + make_interval(months => k * c.term_months))::date AS ends_on,
            CASE WHEN k > 0 THEN
                (c.ends_on + make_interval(months => (k - 1) * c.term_months))::date END AS began_on
        FROM generate_series(0, CASE WHEN c.auto_renew AND c.term_months >= {least} THEN
            GREATEST(COALESCE(({last}::date - c.ends_on) / (28 * c.term_months) + 1, 0), 0)
            ELSE 0 END) k
    ) e
    WHERE {accounts}
""")
_COLUMNS = (
    "id",
    "day",
    "known",
    "term",
    "stop",
    "closed",
    "is_renewed",
    "renews_itself",
    "notice",
    "number",
    "began",
    "end",
    "is_renewable",
)


@dataclass(frozen=True, slots=True)
class ContractEnds:
    """`grace`: days for which it is open whether an end was the last one."""

    table: Table
    grace: int
    accounts: int

    def longest_term(self, today: int) -> Floats:
        table = self.table
        rows = (table["number"] == 0) & (table["known"] <= today)
        rows &= (table["day"] <= today) & (table["stop"] > today)
        months = np.full(self.accounts, -np.inf)
        np.maximum.at(months, table.position[rows], table["term"][rows].astype(float))
        return np.where(np.isinf(months), np.nan, months)

    def renewed(self, today: int, *, since: Floats) -> Floats:
        """By another contract, and by themselves at each end after which they went on."""
        table, began = self.table, since[self.table.position]
        renewable = (table["known"] <= today) & (table["is_renewable"] == 1)
        another = renewable & (table["number"] == 0) & (table["is_renewed"] == 1)
        another &= (table["closed"] <= today) & (table["closed"] >= began)
        went_on = (table["closed"] > today) | (table["end"] + self.grace < table["closed"])
        itself = renewable & (table["renews_itself"] == 1) & went_on
        itself &= (table["end"] <= today) & (table["end"] >= began)
        by = (count(table, rows, accounts=self.accounts) for rows in (another, itself))
        return np.asarray(sum(by), dtype=np.float64)

    def decision(self, today: int) -> Floats:
        """The day, as a number: the last one to give notice, and once that is past the end, unless
        it renews itself; where that leaves none, the next end."""
        table = self.table
        ends, by_itself = table["end"], table["renews_itself"] == 1
        rows = (table["known"] <= today) & (table["closed"] > today)
        rows &= (table["is_renewable"] == 1) & (table["began"] <= today)
        rows &= ~by_itself | (today < ends)
        notice = ends - table["notice"]
        decided = np.where(~by_itself | (table["notice"] == 0), ends, NEVER)
        days = np.where(notice >= today, notice, decided)
        first, last = (self._earliest_day(rows, each) for each in (days, ends))
        return np.where(first < NEVER, first, last)

    def _earliest_day(
        self, rows: Flags, days: np.ndarray[tuple[int], np.dtype[np.int64]]
    ) -> Floats:
        found = np.full(self.accounts, np.inf)
        np.minimum.at(found, self.table.position[rows], days[rows].astype(float))
        return np.where(np.isinf(found), np.nan, found)


@dataclass(frozen=True, slots=True)
class MoneyRows:
    """What is asked of contracts and invoices; `ends` only where somebody asks for terms."""

    ends: ContractEnds | None

    def answer(self, demand: Demand, day: date, given: Given) -> Floats | None:
        match demand:
            case LatePayments():
                return given.invoices.late(day, demand.days)
            case RelationshipDays():
                return number(day) - _began_on(day, given.contracts, given.profiles)
            case _:
                return self._of_terms(demand, day, given)

    def _of_terms(self, demand: Demand, day: date, given: Given) -> Floats | None:
        today = number(day)
        if self.ends is None:
            return None
        match demand:
            case TermMonths():
                return self.ends.longest_term(today)
            case RenewalsDone():
                return self.ends.renewed(today, since=given.contracts.started_on(day))
            case DaysToDecision():
                return self.ends.decision(today) - today
            case _:
                return None


def _began_on(day: date, contracts: Contracts, profiles: Profiles) -> Floats:
    """Without a contract since they are customers."""
    started, since = contracts.started_on(day), profiles.since
    customer = (since > -NEVER) & (since <= number(day))
    return np.where(np.isnan(started), np.where(customer, since, np.nan), started)


def load_money(scope: FactScope, demands: Collection[Demand], _feeds: Feeds) -> MoneyRows | None:
    of_terms = any(isinstance(d, TermMonths | RenewalsDone | DaysToDecision) for d in demands)
    others = any(isinstance(d, LatePayments | RelationshipDays) for d in demands)
    if not of_terms and not others:
        return None
    return MoneyRows(_load_ends(scope) if of_terms else None)


def _load_ends(scope: FactScope) -> ContractEnds:
    grace = Installation.current().overdue_grace_days
    query = _ENDS.format(
        known=scope.known("c.learned_at"),
        grace=sql.Literal(grace),
        never=sql.Literal(NEVER),
        least=sql.Literal(LEAST_RENEWAL_MONTHS),
        renewable=sql.SQL(is_renewable("c")),
        last=sql.Literal(scope.last_day),
        accounts=scope.accounts("c.account_id"),
    )
    return ContractEnds(scope.fetch(query, _COLUMNS), grace, len(scope))
