"""Ledgers of a few rows, and the report the product makes of them."""

from dataclasses import asdict
from decimal import Decimal

import numpy as np

from metrics.definitions import Method
from metrics.retention.movements import CountedMovements, changes_of
from metrics.retention.series import LedgerArrays, MonthPair, position_series
from metrics.retention.vectors import KINDS

LOSSES = ("contraction", "churn")
START, END = 100, 200


def ledger_of(rows, *, currencies=("USD",)):
    """`rows` as (account, day, amount, currency, kind), accounts by their number."""
    coded = [
        (account, day, amount, currencies.index(currency), KINDS.index(kind))
        for account, day, amount, currency, kind in rows
    ]
    columns = np.array(coded, dtype=np.int64).reshape(len(rows), 5).T
    count = max((row[0] for row in rows), default=-1) + 1
    return LedgerArrays(*columns, accounts=np.arange(count), currencies=currencies)


def dollars(*rows):
    """(account, day, kind, amount as a person says it) as rows of a ledger in one currency."""
    return [
        (account, day, -amount if kind in LOSSES else amount, "USD", kind)
        for account, day, kind, amount in rows
    ]


def report(rows, *, method=Method.BY_ACCOUNT, start=START, end=END, rates=None):
    """All accounts as one group."""
    rates = rates or {"USD": Decimal(1)}
    ledger = ledger_of(rows, currencies=tuple(rates))
    pair = MonthPair(start=start, end=end, rates=rates)
    (positions,) = position_series(ledger=ledger, pairs=[pair])
    counted = changes_of(
        method=method, positions=positions, movements=CountedMovements(ledger), pair=pair
    )
    groups = np.zeros(len(ledger.accounts), dtype=np.int64)
    (found,) = counted.by_group(groups=groups, count=1)
    return found


def numbers(retention):
    """By their stored names, without zeros."""
    return {
        f"{part}_{name}": value
        for part, sums in asdict(retention).items()
        for name, value in sums.items()
        if value
    }
