"""A report without what is overdue: terms that ended, count on in their grace, and may be lost."""

from dataclasses import astuple, dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np

from accounts.catalogue import MovementKind
from accounts.money.conversion import Integers
from metrics.definitions import Bridge, Cohort, Logos, Method, Retention, Summable
from metrics.retention.vectors import KINDS, AccountChanges, net_changes

Sums = TypeVar("Sums", bound=Summable)


@dataclass(frozen=True, slots=True)
class OverdueAccounts:
    """`arr` of `accounts` at the end of a window is overdue; `counted` is what these accounts add
    to the report, `lost` what they would add if that were lost."""

    accounts: int
    arr: int
    counted: Retention
    lost: Retention

    def as_json(self) -> list[Any]:
        return [self.accounts, self.arr, astuple(self.counted), astuple(self.lost)]

    @classmethod
    def of_json(cls, row: list[Any]) -> Self:
        accounts, arr, *sums = row
        counted, lost = (
            Retention(Bridge(*bridge), Cohort(*cohort), Logos(*logos))
            for bridge, cohort, logos in sums
        )
        return cls(accounts, arr, counted, lost)

    def without(self, total: Retention) -> Retention:
        """The report as if what is overdue were lost."""
        return exchanged(total, less=self.counted, plus=self.lost)


def without_overdue(
    counted: AccountChanges, overdue: Integers, *, method: Method
) -> AccountChanges:
    """The same accounts as if `overdue` (ARR of each, at most what it pays at the end) had been
    lost on the last day: the churn of who pays nothing else, else a contraction."""
    before = counted.positions
    end = before.end - overdue
    positions = replace(before, end=end, is_active=before.is_active & (end > 0))
    if method is Method.BY_ACCOUNT:
        return AccountChanges(positions, net_changes(positions))
    changes = counted.changes.copy()
    for kind, accounts in (
        (MovementKind.CHURN, before.is_active & ~positions.is_active),
        (MovementKind.CONTRACTION, positions.is_active),
    ):
        changes[KINDS.index(kind)] -= np.where(accounts, overdue, 0)
    return AccountChanges(positions, changes)


def exchanged(total: Retention, *, less: Retention, plus: Retention) -> Retention:
    """`total` with some of its accounts counted otherwise."""
    return Retention(
        bridge=_exchange_sums(total.bridge, less.bridge, plus.bridge),
        cohort=_exchange_sums(total.cohort, less.cohort, plus.cohort),
        logos=_exchange_sums(total.logos, less.logos, plus.logos),
    )


def _exchange_sums(total: Sums, less: Sums, plus: Sums) -> Sums:
    return type(total)(
        *(
            getattr(total, f.name) - getattr(less, f.name) + getattr(plus, f.name)
            for f in fields(total)
        )
    )
