"""Feature use on one day from packed windows, and from what was learned after they were packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg2 import sql

from health.facts.features import Catalogue
from health.facts.scope import NEVER, FactScope, Ints, Table
from health.facts.usage_sums import (
    CORE_COLUMNS,
    CORE_WINDOWS,
    DaySums,
    WindowSums,
    core_sums,
    first_days,
    known,
)
from health.facts.windows import summed

# More than the windows need, so that packs still fill them where they end some days before.
PACK_DAYS = 120
PACKED = f"V{PACK_DAYS * 4}"
# Beyond this many days it is no longer little that was learned since.
_OLDEST = 29

# Broken seals void the packs that were made under them.
_IN_FORCE = """
    SELECT p.until, p.features FROM health_usagepacking p
    JOIN accounts_usageseal s ON s.number = p.seal_number AND s.sealed_until >= p.until
"""

# Uses index: health_usagepack_pkey
_PACKS = sql.SQL("""
    SELECT p.account_id, p.feature_id::bigint, (p.first_day - DATE '1970-01-01')::bigint, p.events
    FROM health_usagepack p
    WHERE p.until = {until} AND {accounts} AND p.feature_id = ANY ({features}::smallint[])
""")

# Uses index: accounts_usageday_pkey. Of many accounts of whom little was learned since:
# accounts_usageday_learned_on.
_LEARNED_SINCE = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, (min(u.day) - DATE '1970-01-01')::bigint, {windows}
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {last}::date - 112 AND u.day <= {last}::date AND {known}
        AND u.learned_on > {until}::date
    GROUP BY 1, 2
""")


@dataclass(frozen=True, slots=True)
class Packing:
    """The packs in force: until when they reach, and of which features they are."""

    until: date
    features: frozenset[int]


@dataclass(frozen=True, slots=True)
class Packs:
    """Pairs of account and feature; `events` is pairs × PACK_DAYS, oldest first."""

    position: Ints
    feature: Ints
    first: Ints
    events: npt.NDArray[np.int32]


def in_force() -> Packing | None:
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE)
        row = cursor.fetchone()
    return None if row is None else Packing(row[0], frozenset(row[1]))


def read_packs(scope: FactScope, *, until: date, features: Sequence[int]) -> Packs:
    query = _PACKS.format(
        until=sql.Literal(until),
        accounts=scope.accounts("p.account_id"),
        features=sql.Literal(list(features)),
    )
    table = scope.fetch(query, ("id", "feature", "first", "events"), types={"events": PACKED})
    events = np.frombuffer(table["events"].tobytes(), dtype="<i4").reshape(-1, PACK_DAYS)
    return Packs(table.position, table["feature"], table["first"], events)


def sum_packs(scope: FactScope, catalogue: Catalogue) -> DaySums | None:
    """None where packs are missing, too old, younger than the day, or without a core feature."""
    core = catalogue.on(scope.last_day).ids.tolist()
    packing = in_force()
    if packing is None or not packing.features.issuperset(core):
        return None
    lag = (scope.window_end(scope.last_day) - packing.until).days
    if not 0 <= lag <= _OLDEST:
        return None
    packs = read_packs(scope, until=packing.until, features=core)
    learned = _learned_since(scope, packing.until)
    return DaySums(_window_sums(packs, learned, lag=lag), _first_days(scope, packs, learned))


def _learned_since(scope: FactScope, until: date) -> Table:
    end = scope.window_end(scope.last_day)
    query = _LEARNED_SINCE.format(
        windows=core_sums(end),
        accounts=scope.accounts("u.account_id"),
        last=sql.Literal(end),
        known=known(scope),
        until=sql.Literal(until),
    )
    return scope.fetch(query, ("id", "feature", "first", *CORE_COLUMNS))


def _window_sums(packs: Packs, learned: Table, *, lag: int) -> WindowSums:
    """Sums over the windows, whose last `lag` days came after the packs."""
    keys = np.concatenate(
        [
            packs.position << 16 | packs.feature,
            learned.position << 16 | learned["feature"],
        ]
    )
    pairs, pair = np.unique(keys, return_inverse=True)
    newest = PACK_DAYS + lag
    last_28, before_28, before_56 = (
        summed(
            pair,
            np.concatenate(
                [
                    packs.events[:, newest - window.oldest : newest - window.newest].sum(axis=1),
                    learned[name],
                ]
            ),
            accounts=len(pairs),
        )
        for window, name in zip(CORE_WINDOWS, CORE_COLUMNS, strict=True)
    )
    used = (last_28 > 0).astype(np.float64)
    return WindowSums(pairs >> 16, pairs & 0xFFFF, used, last_28, before_28, before_56)


def _first_days(scope: FactScope, packs: Packs, learned: Table) -> Ints:
    """An account without a pack may have used what is not packed, or long before."""
    first = np.full(len(scope), NEVER, dtype=np.int64)
    np.minimum.at(first, packs.position, packs.first)
    np.minimum.at(first, learned.position, learned["first"])
    has_pack = np.zeros(len(scope), dtype=np.bool_)
    has_pack[packs.position] = True
    if not has_pack.all():
        told = first_days(scope, scope.account_ids[~has_pack], until=scope.last_day)
        first[told.position] = told["first"]
    return first
