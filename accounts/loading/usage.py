"""Events of features: the kind that comes by the million."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from psycopg2 import sql

from accounts.intake.errors import RecordError
from accounts.intake.usage_rows import UsageRow
from accounts.loading.change_signals import mark_dirty
from accounts.loading.composed_sql import run
from accounts.loading.day_sums import lock_accounts, sum_per_day, write_sums
from accounts.loading.results import LoadResult, Status
from accounts.loading.seals import learned_from
from accounts.loading.staging_table import copy, create, line
from accounts.loading.usage_ids import MOST_FEATURES, UsageIds, no_account
from accounts.loading.week_sums import without_days_told, without_weeks_told

# Account id, day, feature id, class of actor, events, value, position.
Known = tuple[int, date, int, int, int, int | None, int]
AccountDay = tuple[int, date]
_NULL = "\\N"  # as COPY writes it
_USAGE = (
    ("account_id", "bigint"),
    ("day", "date"),
    ("feature_id", "smallint"),
    ("actor", "smallint"),
    ("events", "integer"),
    ("value", "bigint"),
    ("position", "integer"),
)
# Accounts of which nothing is stored between the first and the last day are not asked day by day.
# LIMIT keeps each question a look into the index: a semi-join would read the whole table again for
# every batch of a large first import, whose statistics nobody has taken yet.
_TOLD = """
    WITH told AS MATERIALIZED (
        SELECT a.id FROM (SELECT DISTINCT unnest(%(ids)s::bigint[]) AS id) a
        CROSS JOIN LATERAL (SELECT FROM accounts_usageday u
            WHERE u.account_id = a.id AND u.day BETWEEN %(first)s AND %(last)s LIMIT 1) stored
    )
    SELECT a.id, a.day
    FROM unnest(%(ids)s::bigint[], %(days)s::date[]) a(id, day) JOIN told USING (id)
    CROSS JOIN LATERAL (SELECT FROM accounts_usageday u WHERE u.account_id = a.id
        AND u.day = a.day AND u.day BETWEEN %(first)s AND %(last)s LIMIT 1) stored
"""


def load_usage(
    rows: Sequence[UsageRow],
    *,
    directory: UsageIds,
    day: date,
    result: LoadResult,
    backfill: bool = False,
) -> None:
    day = learned_from(day, backfill=backfill)
    directory.learn_accounts({row.account for row in rows})
    first_use: dict[str, date] = {}
    for row in rows:
        first_use[row.feature] = min(row.day, first_use.get(row.feature, row.day))
    directory.learn_features(first_use)
    directory.learn_months({row.day for row in rows})
    result.reject(_unknown_name_errors(rows, directory=directory))
    rows = _told_once(rows, directory=directory, result=result)
    accounts, features = directory.accounts, directory.features
    known = [
        (
            accounts[row.account],
            row.day,
            features[row.feature],
            row.actor,
            row.events,
            row.value,
            row.position,
        )
        for row in rows
        if row.account in accounts and row.feature in features
    ]
    lock_accounts(row[0] for row in known)
    told = told_before({row[:2] for row in known})
    new = [row for row in known if row[:2] not in told]
    if new:
        _copy_new(new, day=day, backfill=backfill)
        result.statuses.update({position: Status.CREATED for *_, position in new})
        mark_dirty({row[0] for row in new})
    known = [row for row in known if row[:2] in told]
    if known:
        table = create("staging_usage_day", _USAGE)
        copy(table, map(line, known), columns=[name for name, _ in _USAGE])
        query = sum_per_day(
            "accounts_usageday", keys=("feature_id", "actor"), counts=("events",), sum_of="value"
        )
        write_sums(query.format(staging=table), day=day, backfill=backfill, result=result)


def _told_once(
    rows: Sequence[UsageRow], *, directory: UsageIds, result: LoadResult
) -> list[UsageRow]:
    """Weeks first: a day of the same rows is then seen to be in one."""
    weeks = [row for row in rows if row.days > 1]
    days = [row for row in rows if row.days == 1]
    kept = without_days_told(weeks, directory=directory, result=result)
    return kept + without_weeks_told(days, directory=directory, result=result)


def _copy_new(rows: list[Known], *, day: date, backfill: bool) -> None:
    """Most rows are about days nobody has told before: those go straight into the table."""
    lines = [
        f"{account_id}\t{on}\t{feature_id}\t{actor}\t{on if backfill else max(on, day)}\t{events}"
        f"\t{_NULL if value is None else value}\n"
        for account_id, on, feature_id, actor, events, value, _ in sorted(rows)
    ]
    columns = ("account_id", "day", "feature_id", "actor", "learned_on", "events", "value")
    copy(sql.Identifier("accounts_usageday"), lines, columns=columns)


def distinct_rows(rows: list[UsageRow], *, result: LoadResult) -> list[UsageRow]:
    """The first of each account, day, feature and actor; another one that says otherwise is
    refused."""
    first: dict[tuple[str, date, str, int], UsageRow] = {}
    for row in rows:
        seen = first.setdefault((row.account, row.day, row.feature, row.actor), row)
        if seen is row:
            continue
        if (seen.events, seen.value) == (row.events, row.value):
            result.statuses[row.position] = Status.UNCHANGED
            continue
        message = (
            f"{result.seen_at(seen.position)} with other events or value; add them up or remove one"
        )
        result.reject([RecordError(row.position, "feature", "duplicate", message)])
    return list(first.values())


def told_before(account_days: Collection[AccountDay]) -> set[AccountDay]:
    """Those account-days of which anything is stored."""
    if not account_days:
        return set()
    ids, days = zip(*account_days, strict=True)
    values = {
        # One string each: as a list of casts, thousands of days take longer to parse than to find.
        "ids": f"{{{','.join(map(str, ids))}}}",
        "days": f"{{{','.join(map(str, days))}}}",
        "first": min(days),
        "last": max(days),
    }
    # Uses index: accounts_usageday_pkey, in the partitions of these days only
    return set(run(sql.SQL(_TOLD), values))


def _unknown_name_errors(rows: Sequence[UsageRow], *, directory: UsageIds) -> Iterable[RecordError]:
    for row in rows:
        if row.account not in directory.accounts:
            yield no_account(row.account, position=row.position)
        elif row.feature not in directory.features:
            message = f"“{row.feature}” would be one feature too many; at most {MOST_FEATURES}"
            yield RecordError(row.position, "feature", "too_many_features", message)
