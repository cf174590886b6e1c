"""Sums over a week: they stand on its last day, and no day of it counts beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from psycopg2 import sql

from accounts.intake.errors import RecordError
from accounts.intake.usage_rows import UsageRow
from accounts.loading.composed_sql import run
from accounts.loading.results import LoadResult
from accounts.loading.usage_ids import UsageIds
from accounts.models import UsageWeek

_SAID = """
    unnest(%s::bigint[], %s::date[], %s::smallint[], %s::smallint[], %s::integer[])
        s(account_id, day, feature_id, actor, position)
"""
# Another week that shares days with it, or events on a day of it that are no week's.
_WEEKS_TOLD = sql.SQL(f"""
    SELECT s.position FROM {_SAID}
    WHERE EXISTS (
        SELECT FROM accounts_usageweek w WHERE w.account_id = s.account_id AND w.day <> s.day
            AND w.day BETWEEN s.day - 6 AND s.day + 6
            AND w.feature_id = s.feature_id AND w.actor = s.actor
    ) OR EXISTS (
        SELECT FROM accounts_usageday u WHERE u.account_id = s.account_id
            AND u.day BETWEEN s.day - 6 AND s.day
            AND u.feature_id = s.feature_id AND u.actor = s.actor AND u.events > 0
            AND NOT EXISTS (
                SELECT FROM accounts_usageweek w WHERE w.account_id = u.account_id
                    AND w.day = u.day AND w.feature_id = u.feature_id AND w.actor = u.actor
            )
    )
""")  # noqa: S608 -- constants of this module
_DAYS_TOLD = sql.SQL(f"""
    SELECT s.position, w.day FROM {_SAID}
    JOIN accounts_usageweek w ON w.account_id = s.account_id AND w.day BETWEEN s.day AND s.day + 6
        AND w.feature_id = s.feature_id AND w.actor = s.actor
""")  # noqa: S608 -- constants of this module


def told_by_week(account_ids: Collection[int]) -> set[int]:
    """Those accounts of which any week is told as a sum."""
    rows = UsageWeek.objects.filter(account__in=account_ids)
    return set(rows.values_list("account", flat=True).distinct())


def without_days_told(
    weeks: Sequence[UsageRow], *, directory: UsageIds, result: LoadResult
) -> list[UsageRow]:
    """Weeks of which no day is told; the others would count twice, and are refused."""
    told = {position for (position,) in _run_for_keys(_WEEKS_TOLD, weeks, directory)}
    message = "is a week of which some days are told already; leave it out"
    result.reject(RecordError(n, "day", "told_by_day", message) for n in sorted(told))
    kept = [row for row in weeks if row.position not in told]
    UsageWeek.objects.bulk_create(
        [
            UsageWeek(account_id=account_id, day=day, feature_id=feature_id, actor=actor)
            for account_id, day, feature_id, actor, _ in _usage_keys(kept, directory)
        ],
        ignore_conflicts=True,
    )
    return kept


def without_weeks_told(
    days: Sequence[UsageRow], *, directory: UsageIds, result: LoadResult
) -> list[UsageRow]:
    """Days of which no week is told as a sum; the others would count twice, and are refused."""
    accounts = directory.accounts
    ids = {accounts[row.account] for row in days if row.account in accounts}
    by_week = told_by_week(ids)
    some = [row for row in days if accounts.get(row.account) in by_week]
    told: dict[int, date] = dict(_run_for_keys(_DAYS_TOLD, some, directory))
    for position, last in sorted(told.items()):
        message = f"is in the week up to {last}, which is told as a sum; leave the day out"
        result.reject([RecordError(position, "day", "told_by_week", message)])
    return [row for row in days if row.position not in told]


Key = tuple[int, date, int, int, int]


def _usage_keys(rows: Iterable[UsageRow], directory: UsageIds) -> list[Key]:
    accounts, features = directory.accounts, directory.features
    return [
        (accounts[row.account], row.day, features[row.feature], row.actor, row.position)
        for row in rows
        if row.account in accounts and row.feature in features
    ]


def _run_for_keys(query: sql.SQL, rows: Sequence[UsageRow], directory: UsageIds) -> Iterable[tuple]:  # type: ignore[type-arg]
    keys = _usage_keys(rows, directory)
    return run(query, [list(column) for column in zip(*keys, strict=True)]) if keys else []
