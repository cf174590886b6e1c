"""The same sums over arrays: many accounts, many groups, exact in int64."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accounts.catalogue import MovementKind
from accounts.money.conversion import Integers
from metrics.retention.positions import Bridge, Cohort, Logos, Retention

Flags = NDArray[np.bool_]
KINDS = tuple(MovementKind)
NO_KIND = -1


@dataclass(frozen=True, slots=True)
class PositionArrays:
    """One element per account: `AccountPosition` without the movements."""

    start: Integers
    end: Integers
    was_active: Flags
    is_active: Flags
    had_revenue: Flags


def net_change_kinds(arrays: PositionArrays) -> Integers:
    """Index into KINDS of each account's net change, NO_KIND where nothing changed."""
    change = arrays.end - arrays.start
    came = arrays.is_active & ~arrays.was_active
    conditions = {
        MovementKind.CHURN: arrays.was_active & ~arrays.is_active,
        MovementKind.REACTIVATION: came & arrays.had_revenue,
        MovementKind.NEW: came,
        MovementKind.EXPANSION: change > 0,
        MovementKind.CONTRACTION: change < 0,
    }
    codes = [KINDS.index(kind) for kind in conditions]
    return np.asarray(np.select(list(conditions.values()), codes, NO_KIND), dtype=np.int64)


def net_parts(arrays: PositionArrays) -> Integers:
    """Signed change by kind (a row each, in the order of KINDS) and account, by account."""
    kinds = net_change_kinds(arrays)
    change = arrays.end - arrays.start
    return np.stack([np.where(kinds == code, change, 0) for code in range(len(KINDS))])


class _Sums:
    """Totals by group; integer addition, because bincount with weights adds floats."""

    def __init__(self, *, groups: Integers, count: int) -> None:
        self._order = np.argsort(groups, kind="stable")
        self._bounds = np.searchsorted(groups[self._order], np.arange(count + 1))

    def of(self, values: Integers | Flags) -> list[int]:
        running = np.concatenate(([0], np.cumsum(values[self._order], dtype=np.int64)))
        return [int(total) for total in np.diff(running[self._bounds])]


def retention_by_group(
    *, arrays: PositionArrays, groups: Integers, count: int, parts: Integers | None = None
) -> list[Retention]:
    """One Retention for each group number below `count`; by account, unless given other parts."""
    sums = _Sums(groups=groups, count=count)
    signed = net_parts(arrays) if parts is None else parts
    by_kind = dict(zip(KINDS, signed, strict=True))
    bridges = _bridges(arrays=arrays, parts=by_kind, sums=sums)
    cohorts = _cohorts(arrays=arrays, parts=by_kind, sums=sums)
    logos = _logos(arrays=arrays, sums=sums)
    return [
        Retention(bridge=bridge, cohort=cohort, logos=logo)
        for bridge, cohort, logo in zip(bridges, cohorts, logos, strict=True)
    ]


def _bridges(
    *, arrays: PositionArrays, parts: dict[MovementKind, Integers], sums: _Sums
) -> list[Bridge]:
    columns = (
        arrays.start,
        parts[MovementKind.NEW],
        parts[MovementKind.REACTIVATION],
        parts[MovementKind.EXPANSION],
        -parts[MovementKind.CONTRACTION],
        -parts[MovementKind.CHURN],
    )
    return [Bridge(*row) for row in zip(*(sums.of(c) for c in columns), strict=True)]


def _cohorts(
    *, arrays: PositionArrays, parts: dict[MovementKind, Integers], sums: _Sums
) -> list[Cohort]:
    columns = (
        arrays.start,
        parts[MovementKind.REACTIVATION],
        parts[MovementKind.EXPANSION] + parts[MovementKind.NEW],
        -parts[MovementKind.CONTRACTION],
        -parts[MovementKind.CHURN],
    )
    own = (column * arrays.was_active for column in columns)
    return [Cohort(*row) for row in zip(*(sums.of(c) for c in own), strict=True)]


def _logos(*, arrays: PositionArrays, sums: _Sums) -> list[Logos]:
    kinds = net_change_kinds(arrays)
    codes = {kind: kinds == code for code, kind in enumerate(KINDS)}
    columns = (
        arrays.was_active,
        arrays.was_active & arrays.is_active,
        arrays.is_active,
        codes[MovementKind.NEW],
        codes[MovementKind.REACTIVATION],
        codes[MovementKind.EXPANSION] & arrays.was_active,
        codes[MovementKind.CONTRACTION] & arrays.was_active,
    )
    return [Logos(*row) for row in zip(*(sums.of(c) for c in columns), strict=True)]
