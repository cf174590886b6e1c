"""Every account at many month-ends from one pass over the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from accounts.money.conversion import Integers, convert_all
from metrics.retention.vectors import Flags, PositionArrays


@dataclass(frozen=True, slots=True)
class LedgerArrays:
    """One element per movement, signed; all but amount and day are indices.

    `accounts` are the ids that `account` points into, in ascending order; `kind` points into KINDS.
    """

    account: Integers
    day: Integers
    amount: Integers
    currency: Integers
    kind: Integers
    accounts: Integers
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthPair:
    """A window by the ordinals of its two days, with the rates of its report."""

    start: int
    end: int
    rates: Mapping[str, Decimal]


def position_series(
    *, ledger: LedgerArrays, pairs: Sequence[MonthPair]
) -> Iterator[PositionArrays]:
    """For each pair the positions of all accounts, in the order of the pairs."""
    days = sorted({day for pair in pairs for day in (pair.start, pair.end)})
    column = {day: index for index, day in enumerate(days)}
    grid = _Grid(ledger=ledger, days=np.asarray(days, dtype=np.int64))
    for pair in pairs:
        start, end = column[pair.start], column[pair.end]
        arr = grid.converted(days=(start, end), rates=pair.rates)
        yield PositionArrays(
            start=arr[0],
            end=arr[1],
            was_active=grid.owing[:, start] & (arr[0] > 0),
            is_active=grid.owing[:, end] & (arr[1] > 0),
            had_revenue=grid.begun[:, start],
        )


def converted_rows(
    *, ledger: LedgerArrays, rates: Mapping[str, Decimal], chosen: Flags | Integers
) -> Integers:
    """The amounts of the chosen movements, in their order, in the reporting currency."""
    amounts, currencies = ledger.amount[chosen], ledger.currency[chosen]
    for index, currency in enumerate(ledger.currencies):
        if rates[currency] != 1:
            own = currencies == index
            amounts[own] = convert_all(amounts=amounts[own], rate=rates[currency])
    return amounts


class _Grid:
    """Balances by account and day, kept for each currency as the contract states them."""

    def __init__(self, *, ledger: LedgerArrays, days: Integers) -> None:
        self._ledger = ledger
        self._shape = (len(ledger.accounts), len(days))
        # Column of the first day on which a row counts; rows after the last day fall off the edge.
        self._column = np.searchsorted(days, ledger.day)
        self._native: dict[str, Integers] = {}
        self.owing: Flags = np.zeros(self._shape, dtype=np.bool_)
        for index, currency in enumerate(ledger.currencies):
            self._native[currency] = self._running_balances(ledger.currency == index, ledger.amount)
            self.owing |= self._native[currency] != 0
        everything = np.ones(len(ledger.amount), dtype=np.bool_)
        self.begun: Flags = self._running_balances(everything, np.ones_like(ledger.amount)) > 0

    def _running_balances(self, chosen: Flags, values: Integers) -> Integers:
        accounts, width = self._shape
        inside = chosen & (self._column < width)
        cells = self._ledger.account[inside] * width + self._column[inside]
        grid = np.zeros(accounts * width, dtype=np.int64)
        np.add.at(grid, cells, values[inside])
        return np.cumsum(grid.reshape(self._shape), axis=1)

    def converted(
        self, *, days: tuple[int, int], rates: Mapping[str, Decimal]
    ) -> tuple[Integers, Integers]:
        """ARR on the two days, every row converted at the one rate of this report."""
        start = np.zeros(self._shape[0], dtype=np.int64)
        end = np.zeros(self._shape[0], dtype=np.int64)
        for index, currency in enumerate(self._ledger.currencies):
            if rates[currency] == 1:
                start += self._native[currency][:, days[0]]
                end += self._native[currency][:, days[1]]
                continue
            chosen = (self._ledger.currency == index) & (self._column <= days[1])
            amounts = convert_all(amounts=self._ledger.amount[chosen], rate=rates[currency])
            accounts = self._ledger.account[chosen]
            early = self._column[chosen] <= days[0]
            np.add.at(end, accounts, amounts)
            np.add.at(start, accounts[early], amounts[early])
        return start, end
