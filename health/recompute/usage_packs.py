"""Packs sealed usage, once a week: what every recompute of all accounts then reads instead.

Packs are derived: broken or missing ones cost time, never a figure. A generation is made beside
the one in force, batch by batch, then takes its place; the one before stays for who reads it.
"""

from __future__ import annotations

import io
from datetime import date, timedelta

import numpy as np
from django.db import connection, transaction
from psycopg2 import sql

from accounts import binary_rows
from accounts.loading import seal_usage
from accounts.models import Account, Feature, UsageSeal
from accounts.postgres_copy import copy
from health.facts.scope import FactScope, Ints, Table, number
from health.facts.usage_packs import PACK_DAYS, PACKED, Packing, Packs, in_force, read_packs
from health.facts.usage_sums import first_days
from health.models import UsagePack, UsagePacking

# Reading packs and a week of facts costs little more than reading packs alone.
EVERY_DAYS = 7
# Accounts a transaction, by how many facts there are to read of each.
_ANEW, _ROLLED = 5_000, 20_000
_LOCK = 7_344

# Uses index: accounts_usageday_pkey. Of many accounts of whom little was learned since:
# accounts_usageday_learned_on.
_LEARNED = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, (u.day - DATE '1970-01-01')::bigint,
        u.events::bigint
    FROM accounts_usageday u
    WHERE {accounts} AND u.feature_id = ANY ({features}::smallint[])
        AND u.day > {until}::date - 120 AND u.day <= {until}::date
        AND u.learned_on <= {until}::date AND u.actor = 0 AND {since}
""")

_COPY = """
    COPY health_usagepack (until, account_id, feature_id, first_day, total, events)
    FROM STDIN (FORMAT binary)
"""


def pack_usage(*, day: date) -> int:
    """Seals and packs what was learned by the eve of `day`, when that is due; packs written."""
    until = day - timedelta(days=1)
    features = list(
        Feature.objects.filter(is_core=True).order_by("pk").values_list("pk", flat=True)
    )
    before = in_force()
    if before is not None and not before.features.issuperset(features):
        before = None
    if before is not None and (until - before.until).days < EVERY_DAYS:
        return 0
    seal = seal_usage(until=until)
    written = 0
    ids = np.array(Account.objects.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
    size = _ANEW if before is None else _ROLLED
    for start in range(0, len(ids), size):
        scope = FactScope(ids[start : start + size], until, until, "UTC", as_known=True)
        written += _pack_accounts(scope, before, features)
    _put_in_force(until, seal, before, features)
    return written


@transaction.atomic
def _pack_accounts(scope: FactScope, before: Packing | None, features: list[int]) -> int:
    """Replaces what an interrupted packing left."""
    _one_at_a_time()
    packs = _rolled_packs(scope, before, features)
    first, last = int(scope.account_ids[0]), int(scope.account_ids[-1])
    made = UsagePack.objects.filter(
        until=scope.last_day, account_id__gte=first, account_id__lte=last
    )
    made.delete()
    buffer = io.BytesIO()
    buffer.write(binary_rows.HEADER)
    buffer.write(binary_rows.rows(_pack_columns(scope, packs)))
    buffer.write(binary_rows.TRAILER)
    buffer.seek(0)
    copy(_COPY, buffer)
    return len(packs.position)


def _rolled_packs(scope: FactScope, before: Packing | None, features: list[int]) -> Packs:
    """The packs before, moved on, and what was learned since; pairs without use are left out."""
    until = number(scope.last_day)
    since = _usage_learned_since(scope, before, features)
    moved = 0 if before is None else (scope.last_day - before.until).days
    old = (
        _no_packs() if before is None else read_packs(scope, until=before.until, features=features)
    )
    keys = np.concatenate(
        [old.position << 16 | old.feature, since.position << 16 | since["feature"]]
    )
    pairs, pair = np.unique(keys, return_inverse=True)
    events = np.zeros((len(pairs), PACK_DAYS), dtype=np.int64)
    kept = max(PACK_DAYS - moved, 0)
    events[pair[: len(old.position)], :kept] = old.events[:, PACK_DAYS - kept :]
    days = since["day"] - until + PACK_DAYS - 1
    np.add.at(events, (pair[len(old.position) :], days), since["events"])
    used = events.any(axis=1)
    position = (pairs >> 16)[used]
    first = _first_days(scope, old, position)
    return Packs(position, (pairs & 0xFFFF)[used], first, events[used].astype("<i4"))


def _usage_learned_since(scope: FactScope, before: Packing | None, features: list[int]) -> Table:
    since: sql.Composable = sql.SQL("true")
    if before is not None:
        since = sql.SQL("u.learned_on > {}::date").format(sql.Literal(before.until))
    query = _LEARNED.format(
        accounts=scope.accounts("u.account_id"),
        features=sql.Literal(features),
        until=sql.Literal(scope.last_day),
        since=since,
    )
    return scope.fetch(query, ("id", "feature", "day", "events"))


def _no_packs() -> Packs:
    nothing = np.zeros(0, dtype=np.int64)
    return Packs(nothing, nothing, nothing, np.zeros((0, PACK_DAYS), dtype=np.int32))


def _first_days(scope: FactScope, old: Packs, position: Ints) -> Ints:
    """Of those that began before the window it need not be known better."""
    first = np.full(len(scope), number(scope.last_day), dtype=np.int64)
    np.minimum.at(first, old.position, old.first)
    wanted = np.unique(position)
    young = wanted[first[wanted] > number(scope.last_day) - PACK_DAYS]
    told = first_days(scope, scope.account_ids[young], until=scope.last_day)
    first[told.position] = told["first"]
    return np.asarray(first[position])


def _pack_columns(scope: FactScope, packs: Packs) -> list[binary_rows.Column]:
    until = np.full(len(packs.position), number(scope.last_day) - binary_rows.DATE_SHIFT)
    return [
        (">i4", until),
        (">i8", scope.account_ids[packs.position]),
        (">i2", packs.feature),
        (">i4", packs.first - binary_rows.DATE_SHIFT),
        (">i8", packs.events.sum(axis=1)),
        (PACKED, packs.events.reshape(-1).view(PACKED)),
    ]


@transaction.atomic
def _put_in_force(
    until: date, seal: UsageSeal, before: Packing | None, features: list[int]
) -> None:
    _one_at_a_time()
    values = {"until": until, "seal_number": seal.number, "features": features}
    UsagePacking.objects.update_or_create(pk=1, defaults=values)
    kept = [until] if before is None else [until, before.until]
    UsagePack.objects.exclude(until__in=kept).delete()


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
