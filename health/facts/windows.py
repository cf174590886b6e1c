"""Counting dated rows per account within a window that ends on a day."""

from __future__ import annotations

import numpy as np

from health.facts.scope import Ints, Table
from health.measures.inputs import Flags, Floats


def within(table: Table, *, day: int, window: int) -> Flags:
    """Rows dated in the `window` days that end on `day`, and known by then."""
    dated = table["day"]
    return (dated <= day) & (dated > day - window) & (table["known"] <= day)


def count(table: Table, rows: Flags, *, accounts: int) -> Floats:
    return np.bincount(table.position[rows], minlength=accounts).astype(np.float64)


def total(table: Table, rows: Flags, weights: Ints | Floats, *, accounts: int) -> Floats:
    return summed(table.position[rows], weights[rows], accounts=accounts)


def summed(positions: Ints, weights: Ints | Floats | Flags, *, accounts: int) -> Floats:
    """Sums per account; floats also where there is nothing to sum."""
    return np.bincount(positions, weights, accounts).astype(np.float64)


def latest(table: Table, rows: Flags, *, accounts: int) -> Floats:
    """The latest day per account; NaN where there is no row."""
    days = np.full(accounts, -np.inf)
    np.maximum.at(days, table.position[rows], table["day"][rows].astype(np.float64))
    return np.where(np.isinf(days), np.nan, days)


def median(positions: Ints, values: Floats, *, accounts: int) -> Floats:
    """Median per account, the mean of the middle two for an even number; NaN where none."""
    result = np.full(accounts, np.nan)
    if not len(positions):
        return result
    order = np.lexsort((values, positions))
    ordered = values[order]
    counts = np.bincount(positions, minlength=accounts)
    starts = np.cumsum(counts) - counts
    some = counts > 0
    low = starts[some] + (counts[some] - 1) // 2
    high = starts[some] + counts[some] // 2
    result[some] = (ordered[low] + ordered[high]) / 2
    return result
