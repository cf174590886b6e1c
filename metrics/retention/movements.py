"""The movements of a window as a report by movements counts them.

What happened to an account on one day is one movement, however many rows say it: a term that was
replaced, a row that was corrected or two contracts that changed at once are several rows, in
whatever order they were loaded. Rows of one kind keep it. Rows of several are counted by their net
as what it made of the account, by the rule of `net_change_kinds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from accounts.money.conversion import Integers
from metrics.definitions import Method
from metrics.retention.series import LedgerArrays, MonthPair, converted_rows
from metrics.retention.vectors import (
    KINDS,
    NO_KIND,
    AccountChanges,
    Flags,
    PositionArrays,
    net_change_kinds,
    net_changes,
)

_DAY_BITS = 22  # the ordinal of the last day of the calendar is below 2 ** 22


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of some accounts: their rows by account and day, where each day begins in these,
    and which days have rows of several kinds."""

    rows: Integers
    first: Integers
    is_mixed: Flags

    def rows_of(self, values: Integers | Flags) -> Integers:
        """The value of its day for each row."""
        return np.repeat(values, np.diff(np.append(self.first, len(self.rows))))


class CountedMovements:
    """A whole ledger; the days with rows of several kinds are found once, for many windows."""

    def __init__(self, ledger: LedgerArrays) -> None:
        self.ledger = ledger

    def kinds(self, rates: Mapping[str, Decimal]) -> Integers:
        """Index into KINDS of each row, NO_KIND for rows that cancel each other."""
        kinds = self.ledger.kind.copy()
        if len(self.mixed_rows):
            of_rows = self._mixed_days.rows_of(self._net_kinds(rates))
            kinds[self.mixed_rows] = of_rows[self._mixed_days.rows_of(self._mixed_days.is_mixed)]
        return kinds

    @cached_property
    def mixed_rows(self) -> Integers:
        """The rows whose day has rows of several kinds."""
        days = self._mixed_days
        return days.rows[days.rows_of(days.is_mixed)]

    def changes(self, pair: MonthPair) -> Integers:
        """Signed sums by kind (a row each, in the order of KINDS) and account in the window."""
        ledger, kinds = self.ledger, self.kinds(pair.rates)
        inside = np.flatnonzero(
            (ledger.day > pair.start) & (ledger.day <= pair.end) & (kinds != NO_KIND)
        )
        cells = kinds[inside] * len(ledger.accounts) + ledger.account[inside]
        sums = np.zeros(len(KINDS) * len(ledger.accounts), dtype=np.int64)
        np.add.at(sums, cells, converted_rows(ledger=ledger, rates=pair.rates, chosen=inside))
        return sums.reshape(len(KINDS), len(ledger.accounts))

    @cached_property
    def _mixed_days(self) -> _Days:
        """Of the accounts that have a mixed day."""
        ledger = self.ledger
        keys = (ledger.account << _DAY_BITS) | ledger.day
        rows = np.argsort(keys, kind="stable")
        days = _days_of(rows, keys=keys, kinds=ledger.kind)
        concerned = np.zeros(len(ledger.accounts), dtype=np.bool_)
        concerned[ledger.account[days.rows[days.first[days.is_mixed]]]] = True
        return _days_of(rows[concerned[ledger.account[rows]]], keys=keys, kinds=ledger.kind)

    def _net_kinds(self, rates: Mapping[str, Decimal]) -> Integers:
        """What each day made of its account."""
        ledger, rows, first = self.ledger, self._mixed_days.rows, self._mixed_days.first
        converted = converted_rows(ledger=ledger, rates=rates, chosen=rows)
        accounts = ledger.account[rows[first]]
        begins = np.append(True, accounts[1:] != accounts[:-1])
        before, after = _levels_around_days(converted, first=first, begins=begins)
        owed, owes = np.zeros_like(begins), np.zeros_like(begins)
        for index in range(len(ledger.currencies)):
            native = np.where(ledger.currency[rows] == index, ledger.amount[rows], 0)
            was, now = _levels_around_days(native, first=first, begins=begins)
            owed, owes = owed | (was != 0), owes | (now != 0)
        return net_change_kinds(
            PositionArrays(
                start=before,
                end=after,
                was_active=owed & (before > 0),
                is_active=owes & (after > 0),
                had_revenue=~begins,
            )
        )


def changes_of(
    *, method: Method, positions: PositionArrays, movements: CountedMovements, pair: MonthPair
) -> AccountChanges:
    """The accounts of a window as the method of the report counts them."""
    by_account = method is Method.BY_ACCOUNT
    changes = net_changes(positions) if by_account else movements.changes(pair)
    return AccountChanges(positions=positions, changes=changes)


def _days_of(rows: Integers, *, keys: Integers, kinds: Integers) -> _Days:
    """`rows` are sorted by their keys, one key for each account and day."""
    if len(rows) == 0:
        return _Days(rows=rows, first=rows, is_mixed=np.zeros(0, dtype=np.bool_))
    sorted_keys, sorted_kinds = keys[rows], kinds[rows]
    first = np.flatnonzero(np.append(True, sorted_keys[1:] != sorted_keys[:-1]))
    lowest = np.minimum.reduceat(sorted_kinds, first)
    return _Days(rows, first, lowest != np.maximum.reduceat(sorted_kinds, first))


def _levels_around_days(
    amounts: Integers, *, first: Integers, begins: Flags
) -> tuple[Integers, Integers]:
    """The sum of an account's amounts before and after each of its days."""
    moved = np.add.reduceat(amounts, first)
    running = np.cumsum(moved)
    earlier = running - moved
    opening = np.repeat(earlier[begins], np.diff(np.append(np.flatnonzero(begins), len(moved))))
    return earlier - opening, running - opening
