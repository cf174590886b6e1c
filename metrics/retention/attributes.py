"""What an attribute was on a day, for many accounts at once."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.money.conversion import Integers
from metrics.retention.series import LedgerArrays
from metrics.retention.vectors import Flags

UNKNOWN = -1  # nothing was ever recorded
NOT_YET = -2  # what was recorded begins after the day


@dataclass(frozen=True, slots=True)
class AttributeArrays:
    """One element per recorded value: account id, first day as an ordinal, index into `values`.

    Sorted by account, then day.
    """

    account: Integers
    day: Integers
    value: Integers
    values: tuple[str, ...]


def values_on(
    *, history: AttributeArrays, accounts: Integers, day: int, was_there: Flags
) -> Integers:
    """The value's index for each account, else UNKNOWN or NOT_YET.

    An account that was not there yet on the day is cut by the first value it got; of one that was,
    a value of a later day says nothing.
    """
    if len(history.account) == 0:
        return np.full(len(accounts), UNKNOWN, dtype=np.int64)
    first = np.searchsorted(history.account, accounts, side="left")
    after = np.searchsorted(history.account, accounts, side="right")
    begun = np.concatenate(([0], np.cumsum(history.day <= day)))
    # Rows of one account are in the order of their days: those begun by the day come first.
    latest = first + np.maximum(begun[after] - begun[first], 1) - 1
    found = np.append(history.value, UNKNOWN)[np.minimum(latest, len(history.value))]
    is_later = was_there & (begun[after] == begun[first])
    found = np.where(is_later, NOT_YET, found)
    return np.asarray(np.where(after > first, found, UNKNOWN), dtype=np.int64)


def start_quarters(ledger: LedgerArrays) -> tuple[Integers, tuple[str, ...]]:
    """The quarter of each account's first movement, as an index into names such as "2024-Q3"."""
    first = np.full(len(ledger.accounts), np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(first, ledger.account, ledger.day)
    days, which = np.unique(first, return_inverse=True)
    quarters = [_quarter_label(date.fromordinal(int(day))) for day in days]
    names = sorted(set(quarters))
    position = np.array([names.index(quarter) for quarter in quarters], dtype=np.int64)
    return position[which], (*names, "")


def _quarter_label(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
