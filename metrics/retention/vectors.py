"""The figures of `metrics.definitions` over arrays: many accounts, many groups, exact in int64."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from accounts.catalogue import MovementKind
from accounts.money.conversion import Integers
from metrics.definitions import (
    PARTS,
    Accounts,
    Adds,
    Bridge,
    Cohort,
    Logos,
    MadeOf,
    Retention,
)

Flags = NDArray[np.bool_]
KINDS = tuple(MovementKind)
NO_KIND = -1


@dataclass(frozen=True, slots=True)
class PositionArrays:
    """One element per account: ARR in minor units of the reporting currency at both ends.

    `was_active` and `is_active` say whether the account paid at the start and at the end. They
    are facts of the contract currency: rows are converted one by one, so an account that left may
    keep a cent of rounding, which belongs to the sums and makes nobody a paying account.
    """

    start: Integers
    end: Integers
    was_active: Flags
    is_active: Flags
    had_revenue: Flags

    def of(self, accounts: Accounts) -> Flags:
        """Which accounts are meant."""
        chosen = np.ones(len(self.start), dtype=np.bool_)
        for wanted, flags in zip(accounts.value, (self.was_active, self.is_active), strict=True):
            if wanted is not None:
                chosen &= flags == wanted
        return chosen


def net_change_kinds(positions: PositionArrays) -> Integers:
    """Index into KINDS of each account's net change, NO_KIND where nothing changed."""
    change = positions.end - positions.start
    came = positions.is_active & ~positions.was_active
    conditions = {
        MovementKind.CHURN: positions.of(Accounts.LEFT),
        MovementKind.REACTIVATION: came & positions.had_revenue,
        MovementKind.NEW: came,
        MovementKind.EXPANSION: change > 0,
        MovementKind.CONTRACTION: change < 0,
    }
    codes = [KINDS.index(kind) for kind in conditions]
    return np.asarray(np.select(list(conditions.values()), codes, NO_KIND), dtype=np.int64)


def net_changes(positions: PositionArrays) -> Integers:
    """Signed change by kind (a row each, in the order of KINDS) and account, by account."""
    kinds = net_change_kinds(positions)
    change = positions.end - positions.start
    return np.stack([np.where(kinds == code, change, 0) for code in range(len(KINDS))])


@dataclass(frozen=True)
class AccountChanges:
    """Positions, and the signed changes by kind and account as the report's method counts them."""

    positions: PositionArrays
    changes: Integers

    @cached_property
    def net_kinds(self) -> Integers:
        return net_change_kinds(self.positions)

    def amounts(self, made_of: MadeOf) -> Integers:
        """What each account adds to a sum; 0 for those that are no part of it."""
        return np.where(
            self.positions.of(made_of.of), made_of.sign * self._amounts_to_add(made_of), 0
        )

    def _amounts_to_add(self, made_of: MadeOf) -> Integers:
        positions = self.positions
        codes = [KINDS.index(kind) for kind in made_of.kinds]
        if made_of.adds is Adds.START:
            return positions.start
        if made_of.adds is Adds.END:
            return positions.end
        if made_of.adds is Adds.CHANGE:
            if not codes:
                return positions.end - positions.start
            return np.asarray(self.changes[codes].sum(axis=0), dtype=np.int64)
        if not codes:
            return np.ones(len(positions.start), dtype=np.int64)
        return np.isin(self.net_kinds, codes).astype(np.int64)

    def by_group(self, *, groups: Integers, count: int) -> list[Retention]:
        """One Retention for each group number below `count`."""
        sums = _Sums(groups=groups, count=count)
        columns = {
            name: [sums.of(self.amounts(made_of)) for made_of in part.sums().values()]
            for name, part in PARTS.items()
        }
        return [
            Retention(bridge=Bridge(*bridge), cohort=Cohort(*cohort), logos=Logos(*logos))
            for bridge, cohort, logos in zip(
                *(zip(*columns[name], strict=True) for name in ("bridge", "cohort", "logos")),
                strict=True,
            )
        ]


class _Sums:
    """Totals by group; integer addition, because bincount with weights adds floats."""

    def __init__(self, *, groups: Integers, count: int) -> None:
        self._order = np.argsort(groups, kind="stable")
        self._bounds = np.searchsorted(groups[self._order], np.arange(count + 1))

    def of(self, values: Integers) -> list[int]:
        running = np.concatenate(([0], np.cumsum(values[self._order], dtype=np.int64)))
        return [int(total) for total in np.diff(running[self._bounds])]
