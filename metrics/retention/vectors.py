"""The same sums over arrays: many accounts, many month-ends, exact in int64."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.retention.money import Integers
from metrics.retention.positions import Bridge, Cohort, Logos, Retention

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PositionArrays:
    """One element per account: `AccountPosition` without the movements."""

    start: Integers
    end: Integers
    was_active: Flags
    is_active: Flags
    had_revenue: Flags


@dataclass(frozen=True, slots=True)
class _Kinds:
    new: Flags
    reactivation: Flags
    expansion: Flags
    contraction: Flags
    churn: Flags


def _kinds(arrays: PositionArrays) -> _Kinds:
    change = arrays.end - arrays.start
    came = arrays.is_active & ~arrays.was_active
    left = arrays.was_active & ~arrays.is_active
    stayed = ~came & ~left
    return _Kinds(
        new=came & ~arrays.had_revenue,
        reactivation=came & arrays.had_revenue,
        expansion=stayed & (change > 0),
        contraction=stayed & (change < 0),
        churn=left,
    )


class _Sums:
    """Totals by group; integer addition, because bincount with weights adds floats."""

    def __init__(self, *, groups: Integers, count: int) -> None:
        self._order = np.argsort(groups, kind="stable")
        self._bounds = np.searchsorted(groups[self._order], np.arange(count + 1))

    def of(self, values: Integers | Flags) -> list[int]:
        running = np.concatenate(([0], np.cumsum(values[self._order], dtype=np.int64)))
        return [int(total) for total in np.diff(running[self._bounds])]


def retention_by_group(*, arrays: PositionArrays, groups: Integers, count: int) -> list[Retention]:
    """One Retention by account for each group number below `count`."""
    kinds = _kinds(arrays)
    sums = _Sums(groups=groups, count=count)
    bridges = _bridges(arrays=arrays, kinds=kinds, sums=sums)
    cohorts = _cohorts(arrays=arrays, kinds=kinds, sums=sums)
    logos = _logos(arrays=arrays, kinds=kinds, sums=sums)
    return [
        Retention(bridge=bridge, cohort=cohort, logos=logo)
        for bridge, cohort, logo in zip(bridges, cohorts, logos, strict=True)
    ]


def _bridges(*, arrays: PositionArrays, kinds: _Kinds, sums: _Sums) -> list[Bridge]:
    change = arrays.end - arrays.start
    columns = (
        arrays.start,
        change * kinds.new,
        change * kinds.reactivation,
        change * kinds.expansion,
        -change * kinds.contraction,
        -change * kinds.churn,
    )
    return [Bridge(*row) for row in zip(*(sums.of(c) for c in columns), strict=True)]


def _cohorts(*, arrays: PositionArrays, kinds: _Kinds, sums: _Sums) -> list[Cohort]:
    change = np.where(arrays.was_active, arrays.end - arrays.start, 0)
    columns = (
        arrays.start * arrays.was_active,
        np.zeros_like(change),
        change * kinds.expansion,
        -change * kinds.contraction,
        -change * kinds.churn,
    )
    return [Cohort(*row) for row in zip(*(sums.of(c) for c in columns), strict=True)]


def _logos(*, arrays: PositionArrays, kinds: _Kinds, sums: _Sums) -> list[Logos]:
    columns = (
        arrays.was_active,
        arrays.was_active & arrays.is_active,
        arrays.is_active,
        kinds.new,
        kinds.reactivation,
        kinds.expansion & arrays.was_active,
        kinds.contraction & arrays.was_active,
    )
    return [Logos(*row) for row in zip(*(sums.of(c) for c in columns), strict=True)]
