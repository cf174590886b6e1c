"""Movements in another currency than their account's, and what they are worth on a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from psycopg2 import sql

from accounts.money.currencies import CURRENCIES
from accounts.money.rates import RateTable
from accounts.queries.rates import rate_tables
from health.facts.scope import Ints, Table, day_of
from health.facts.windows import total
from health.measures.inputs import Flags, Floats

_CODES = ("", *sorted(CURRENCIES))
_WIDTH = len(_CODES)

# SQL: which two currencies a movement `m` of account `a` is between; 0 where they are one.
PAIR = sql.SQL("""
    CASE WHEN m.currency = a.currency THEN 0 ELSE
        COALESCE(array_position({codes}, m.currency::text), 0) * {width}
        + COALESCE(array_position({codes}, a.currency::text), 0)
    END::bigint
""").format(codes=sql.Literal(list(_CODES[1:])), width=sql.Literal(_WIDTH))


@dataclass(frozen=True, slots=True)
class _Into:
    """The balances of accounts of one currency, as places, and the currency of each."""

    rates: RateTable
    balances: Ints
    currency: Ints


@dataclass(frozen=True, slots=True)
class Foreign:
    """Balances are kept by account and currency: `slot` is a row's balance, `account` is by
    balance; `into` has the balances by the currency of their account."""

    table: Table
    account: Ints
    into: tuple[_Into, ...]

    def add(self, arr: Floats, rows: Flags, *, day: int, without_rate: float) -> None:
        """Adds the balances of these rows to `arr` at the rates of the day, each converted once
        and rounded half-even; `without_rate` stands for one that no rate brings over."""
        slots = Table(self.table["slot"], self.table.columns)
        summed = total(slots, rows, self.table["amount"], accounts=len(self.account))
        balances = summed.astype(np.int64)
        worth = np.zeros(len(balances))
        for into in self.into:
            chosen = into.balances
            rates = into.rates.on(day_of(day))
            converted, known = rates.convert_arrays(balances[chosen], _CODES, of=into.currency)
            worth[chosen] = np.where(known, converted, without_rate)
        worth[balances == 0] = 0
        np.add.at(arr, self.account, worth)


def split(table: Table) -> tuple[Table, Foreign | None]:
    """Movements in the account's own currency, and the others, if any."""
    is_foreign = table["pair"] != 0
    if not is_foreign.any():
        return table, None
    own, others = _table_rows(table, ~is_foreign), _table_rows(table, is_foreign)
    key = np.column_stack([others.position, others["pair"]])
    balances, slot = np.unique(key, axis=0, return_inverse=True)
    rows = Table(others.position, {**others.columns, "slot": slot.reshape(-1)})
    return own, Foreign(rows, balances[:, 0], _by_base(balances[:, 1]))


def _table_rows(table: Table, rows: Flags) -> Table:
    return Table(
        table.position[rows], {name: values[rows] for name, values in table.columns.items()}
    )


def _by_base(pairs: Ints) -> tuple[_Into, ...]:
    currency, base = np.divmod(pairs, _WIDTH)
    tables = rate_tables()
    found = []
    for place in np.unique(base).tolist():
        chosen = np.flatnonzero(base == place)
        rates = tables.get(_CODES[place]) or RateTable(_CODES[place], {})
        found.append(_Into(rates, chosen, currency[chosen]))
    return tuple(found)
