"""ARR from the ledger, on the day and at earlier days, and what invoices were overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from psycopg2 import sql

from accounts.models import Installation
from health.facts.foreign import PAIR, Foreign, split
from health.facts.scope import NEVER, FactScope, Ints, Table, number
from health.facts.windows import count, total
from health.measures.inputs import Flags, Floats, PaymentFacts, RevenueFacts

_YEAR = 365
_TERMS = 3
_WINDOW = 180

# Uses index: movement_account_day
_LEDGER = sql.SQL("""
    SELECT m.account_id, (m.effective_on - DATE '1970-01-01')::bigint, m.amount_minor, {pair}
        {known}
    FROM accounts_revenuemovement m JOIN accounts_account a ON a.id = m.account_id
    WHERE {accounts} AND {owners} AND m.effective_on <= {last}::date
""")

# Uses index: contract_account. An overdue renewal counts for the grace, as it does in the ledger.
# The term of a row of a deal is that of the deal as far as the row goes.
_CONTRACTS = sql.SQL("""
    SELECT c.account_id, (c.starts_on - DATE '1970-01-01')::bigint, {known}::bigint,
        GREATEST(c.term_months,
            COALESCE(round((c.ends_on - c.deal_starts_on) / 30.4375), 0))::bigint,
        (c.renews <> '')::int::bigint,
        COALESCE(
            CASE WHEN c.state = 'cancelled' THEN LEAST(c.ends_on, c.cancelled_on)
                ELSE c.ends_on + LEAST(
                    {grace}, c.ends_on - COALESCE(c.deal_starts_on, c.starts_on)
                ) END - DATE '1970-01-01', {never}
        )::bigint
    FROM accounts_contract c
    WHERE {accounts} AND c.starts_on <= {last}::date
    ORDER BY c.account_id, c.starts_on, c.id
""")

# Uses index: invoice_account_due. Nobody says on which day an invoice was written off: it counts
# for a window from its due day, in which it was overdue at some time, and no longer. A credit note
# is owed to the customer, and nobody owes a void one.
_INVOICES = sql.SQL("""
    SELECT i.account_id, (i.issued_on - DATE '1970-01-01')::bigint, {known}::bigint,
        (i.due_on - DATE '1970-01-01')::bigint,
        COALESCE(i.paid_on - DATE '1970-01-01', {never})::bigint,
        CASE WHEN i.state = 'written_off'
            THEN (i.due_on - DATE '1970-01-01') + {window} ELSE {never} END::bigint
    FROM accounts_invoice i
    WHERE {accounts} AND i.issued_on <= {last}::date
        AND i.state <> 'void' AND i.amount_minor > 0
""")


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contracts that have begun, in the order of their start within each account."""

    table: Table
    accounts: int

    def started_on(self, day: date) -> Floats:
        """Day number on which the present customer relationship began; NaN without a contract.

        A contract that renews another, or begins before those so far have ended, carries on.
        """
        begun = np.flatnonzero(self._rows_begun(day))
        position, start = self.table.position[begun], self.table["day"][begun]
        # One running maximum for all: what lies before the own account is less than any day of it.
        apart = position * NEVER
        covered = np.maximum.accumulate(apart + self.table["until"][begun])
        follows = np.r_[False, position[1:] == position[:-1]]
        is_covered = np.r_[False, (apart + start)[1:] <= covered[:-1]]
        carries_on = follows & (is_covered | (self.table["renews"][begun] == 1))
        return self._latest_value("day", begun[~carries_on])

    def term_months(self, day: date) -> Floats:
        return self._latest_value("term", self._rows_begun(day))

    def _rows_begun(self, day: date) -> Flags:
        today = number(day)
        return (self.table["day"] <= today) & (self.table["known"] <= today)

    def _latest_value(self, name: str, rows: Flags | Ints) -> Floats:
        values = np.full(self.accounts, np.nan)
        # Rows are in order, and of several writes to one place the last one stays.
        values[self.table.position[rows]] = self.table[name][rows]
        return values


def load_contracts(scope: FactScope) -> Contracts:
    query = _CONTRACTS.format(
        known=scope.known("c.learned_at"),
        grace=sql.Literal(Installation.current().overdue_grace_days),
        never=sql.Literal(NEVER),
        accounts=scope.accounts("c.account_id"),
        last=sql.Literal(scope.last_day),
    )
    columns = ("id", "day", "known", "term", "renews", "until")
    return Contracts(scope.fetch(query, columns), len(scope))


@dataclass(frozen=True, slots=True)
class AccountLedger:
    """`own` are movements in the account's currency, which is the currency of every ARR here."""

    own: Table
    foreign: Foreign | None
    accounts: int

    def arr(self, *, effective: int | Ints, today: int, without_rate: float = 0) -> Floats:
        """ARR as of the day number(s) `effective`, from what was known by `today` and at its rates.

        What has no rate is left out, as it is of `Account.arr_minor`; or is `without_rate`.
        """
        limits = np.broadcast_to(np.asarray(effective), (self.accounts,))
        rows = _rows_in_effect(self.own, limits, today)
        arr = total(self.own, rows, self.own["amount"], accounts=self.accounts)
        if self.foreign is not None:
            rows = _rows_in_effect(self.foreign.table, limits, today)
            self.foreign.add(arr, rows, day=today, without_rate=without_rate)
        return arr

    def on(self, day: date, contracts: Contracts) -> RevenueFacts:
        today = number(day)
        months = contracts.term_months(day)
        ends = np.column_stack(
            [self._arr_before(day, months, terms=terms) for terms in range(1, _TERMS + 1)]
        )
        arr = self._arr_to_compare(effective=today, today=today)
        year_ago = self._arr_to_compare(effective=today - _YEAR, today=today)
        return RevenueFacts(arr != 0, arr, year_ago, ends)

    def _arr_before(self, day: date, months: Floats, *, terms: int) -> Floats:
        """ARR so many contract terms ago; a monthly term counts as a quarter."""
        whole = np.where(months <= 1, 3, np.nan_to_num(months, nan=0.0)).astype(np.int64)
        days = {int(m): number(_months_before(day, int(m) * terms)) for m in np.unique(whole)}
        effective = np.array([days[int(m)] for m in whole], dtype=np.int64)
        arr = self._arr_to_compare(effective=effective, today=number(day))
        return np.where(np.isnan(months), np.nan, arr)

    def _arr_to_compare(self, *, effective: int | Ints, today: int) -> Floats:
        """NaN where an amount has no rate: a customer who changed to a currency that nothing
        converts has not lost their ARR."""
        return self.arr(effective=effective, today=today, without_rate=np.nan)


def _rows_in_effect(table: Table, limits: Ints, today: int) -> Flags:
    """Rows in effect by their account's limit, and known by `today`."""
    rows = table["day"] <= limits[table.position]
    return rows & (table["known"] <= today) if "known" in table.columns else rows


def load_ledger(scope: FactScope) -> AccountLedger:
    """On an open day everything is known: the night is spared a column of a long table."""
    known = sql.SQL(", {}::bigint").format(scope.known("m.recorded_at"))
    query = _LEDGER.format(
        known=known if scope.as_known else sql.SQL(""),
        pair=PAIR,
        accounts=scope.accounts("m.account_id"),
        owners=scope.accounts("a.id"),
        last=sql.Literal(scope.last_day),
    )
    columns = ("id", "day", "amount", "pair", *(["known"] if scope.as_known else []))
    table = scope.fetch(query, columns)
    own, foreign = split(table)
    return AccountLedger(own, foreign, len(scope))


@dataclass(frozen=True, slots=True)
class Invoices:
    table: Table
    accounts: int

    def on(self, day: date) -> PaymentFacts:
        today, table = number(day), self.table
        issued = (table["day"] <= today) & (table["known"] <= today)
        until = np.minimum(table["paid"], today)
        # Overdue at some time in the window: not paid before the window began.
        rows = issued & (until > today - _WINDOW) & (until > table["due"])
        rows &= today < table["dropped"]
        worst = np.zeros(self.accounts)
        np.maximum.at(worst, table.position[rows], (until - table["due"])[rows])
        first = np.full(self.accounts, NEVER, dtype=np.int64)
        np.minimum.at(first, table.position[issued], table["day"][issued])
        history = np.maximum(today - first + 1, 0).astype(np.float64)
        return PaymentFacts(first < NEVER, history, worst)

    def late(self, day: date, window: int) -> Floats:
        """How many of those that were due in the window before the day were not paid in time."""
        today, table = number(day), self.table
        rows = (table["day"] <= today) & (table["known"] <= today)
        rows &= (table["due"] < today) & (table["due"] > today - window)
        rows &= np.minimum(table["paid"], today) > table["due"]
        return count(table, rows, accounts=self.accounts)


def load_invoices(scope: FactScope) -> Invoices:
    query = _INVOICES.format(
        known=scope.known("i.learned_at"),
        never=sql.Literal(NEVER),
        window=sql.Literal(_WINDOW),
        accounts=scope.accounts("i.account_id"),
        last=sql.Literal(scope.last_day),
    )
    columns = ("id", "day", "known", "due", "paid", "dropped")
    return Invoices(scope.fetch(query, columns), len(scope))


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
