"""Usage, sessions and active days: the kinds that come by the million.

A record states the whole of its day: sending it again changes nothing, sending another number
corrects it. What is learned after its day closed is a row of its own, so that yesterday's
score can be explained by what was known yesterday.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psycopg2 import sql

from accounts.intake.errors import RecordError
from accounts.intake.records import Record
from accounts.intake.usage_rows import UsageRow, actor_of
from accounts.loading.marks import mark_dirty
from accounts.loading.partitions import ensure_usage_partition
from accounts.loading.results import LoadResult, Status
from accounts.loading.seals import learned_from
from accounts.loading.staging import copy, create, line
from accounts.loading.statements import run
from accounts.models import Account, Feature

MOST_FEATURES = 5_000
_STATUSES = {status.value: status for status in Status}
# Account id, day, feature id, class of actor, events, position.
Known = tuple[int, date, int, int, int, int]
AccountDay = tuple[int, date]
_USAGE = (
    ("account_id", "bigint"),
    ("day", "date"),
    ("feature_id", "smallint"),
    ("actor", "smallint"),
    ("events", "integer"),
    ("position", "integer"),
)
_OF_ACCOUNT = (("position", "integer"), *_USAGE[:2])
_SESSIONS = (*_OF_ACCOUNT, ("sessions", "integer"), ("minutes", "integer"))
_USER_DAYS = (*_OF_ACCOUNT, ("user_key", "text"), ("actor", "smallint"))
# The day a row is known from: its own while it is open, today when it has closed, and its own
# again for history that somebody recorded at the time.
_KNOWN_FROM = "CASE WHEN %(backfill)s THEN s.day ELSE GREATEST(s.day, %(day)s) END"

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


# What CS ops described keeps its days. In order of key, so that two loads wait for each other.
_USED_EARLIER = sql.SQL("""
    UPDATE accounts_feature f SET valid_from = v.day
    FROM (
        SELECT f.id, v.day FROM accounts_feature f
        JOIN unnest(%s::text[], %s::date[]) AS v (key, day) ON v.key = f.key
        WHERE v.day < f.valid_from AND NOT f.is_core AND f.plans = '{}'
        ORDER BY f.key FOR NO KEY UPDATE OF f
    ) v WHERE f.id = v.id AND v.day < f.valid_from
""")


@dataclass(slots=True)
class UsageIds:
    """Ids behind external ids and feature keys, kept for a whole run."""

    accounts: dict[str, int] = field(default_factory=dict)
    features: dict[str, int] = field(default_factory=dict)
    valid_from: dict[str, date] = field(default_factory=dict)
    months: set[tuple[int, int]] = field(default_factory=set)

    def learn_accounts(self, names: Iterable[str]) -> None:
        unseen = set(names) - self.accounts.keys()
        if unseen:
            rows = Account.objects.filter(external_id__in=unseen, merged_into=None)
            self.accounts.update(rows.values_list("external_id", "pk"))

    def learn_features(self, first_use: Mapping[str, date]) -> None:
        """Features nobody described yet are made as not core, up to a sane number, and are valid
        from their first use, in whatever order it is told."""
        unseen = first_use.keys() - self.features.keys()
        if unseen:
            known = set(Feature.objects.filter(key__in=unseen).values_list("key", flat=True))
            room = MOST_FEATURES - Feature.objects.count()
            new = sorted(unseen - known)[: max(room, 0)]
            names = [Feature(key=k, name=title(k), valid_from=first_use[k]) for k in new]
            Feature.objects.bulk_create(names, ignore_conflicts=True)
            rows = Feature.objects.filter(key__in=unseen).values_list("key", "pk", "valid_from")
            for key, pk, valid_from in rows:
                self.features[key], self.valid_from[key] = pk, valid_from
        earlier = {
            key: day for key, day in first_use.items() if day < self.valid_from.get(key, date.min)
        }
        if earlier:
            run(_USED_EARLIER, [list(earlier), list(earlier.values())])
            self.valid_from.update(earlier)

    def learn_months(self, days: Iterable[date]) -> None:
        """Rows of a month without a partition would all crowd in the default one."""
        unseen = {(day.year, day.month) for day in days} - self.months
        for year, month in sorted(unseen):
            ensure_usage_partition(date(year, month, 1))
        self.months |= unseen


def title(key: str) -> str:
    """What a feature is called that nobody named."""
    return key.replace("_", " ").replace("-", " ").capitalize()


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
    result.reject(_strangers(rows, directory=directory))
    accounts, features = directory.accounts, directory.features
    known = [
        (
            accounts[row.account],
            row.day,
            features[row.feature],
            row.actor,
            row.events,
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
        query = _sum_per_day("accounts_usageday", keys=("feature_id", "actor"), counts=("events",))
        _run(query.format(staging=table), day=day, backfill=backfill, result=result)


def _copy_new(rows: list[Known], *, day: date, backfill: bool) -> None:
    """Most rows are about days nobody has told before: those go straight into the table."""
    lines = [
        f"{account_id}\t{on}\t{feature_id}\t{actor}\t{on if backfill else max(on, day)}\t{events}\n"
        for account_id, on, feature_id, actor, events, _ in sorted(rows)
    ]
    columns = ("account_id", "day", "feature_id", "actor", "learned_on", "events")
    copy(sql.Identifier("accounts_usageday"), lines, columns=columns)


def distinct_rows(rows: list[UsageRow], *, result: LoadResult) -> list[UsageRow]:
    """The first of each account, day, feature and actor; another one that says otherwise is
    refused."""
    first: dict[tuple[str, date, str, int], UsageRow] = {}
    for row in rows:
        seen = first.setdefault((row.account, row.day, row.feature, row.actor), row)
        if seen is row:
            continue
        if seen.events == row.events:
            result.statuses[row.position] = Status.UNCHANGED
            continue
        message = f"{result.seen_at(seen.position)} with other events; add them up or remove one"
        result.reject([RecordError(row.position, "feature", "duplicate", message)])
    return list(first.values())


def lock_accounts(account_ids: Iterable[int]) -> None:
    """Until the transaction ends, nobody else decides what these accounts told before.

    Two loads that learn of one account-day on different days (an import begun before midnight, a
    request after it) write different rows: no unique key would stop them from adding up. In id
    order, as everybody locks accounts, so that two loads wait for each other instead of dying.
    """
    ids = sorted(set(account_ids))
    if ids:
        locked = "SELECT FROM accounts_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
        run(sql.SQL(locked), [ids])


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


def _strangers(rows: Sequence[UsageRow], *, directory: UsageIds) -> Iterable[RecordError]:
    for row in rows:
        if row.account not in directory.accounts:
            message = f"“{row.account}” is not an account; import the account first"
            yield RecordError(row.position, "account", "unknown", message)
        elif row.feature not in directory.features:
            message = f"“{row.feature}” would be one feature too many; at most {MOST_FEATURES}"
            yield RecordError(row.position, "feature", "too_many_features", message)


def load_sessions(
    records: Sequence[Record],
    *,
    directory: UsageIds,
    day: date,
    result: LoadResult,
    backfill: bool = False,
) -> None:
    table = _stage_by_account(records, _SESSIONS, directory=directory, result=result)
    names = {str(record.values["account"]) for record in records}
    lock_accounts(directory.accounts[name] for name in names & directory.accounts.keys())
    query = _sum_per_day("accounts_sessionday", keys=(), counts=("sessions", "minutes"))
    _run(query.format(staging=table), day=day, backfill=backfill, result=result)


def load_user_days(records: Sequence[Record], *, directory: UsageIds, result: LoadResult) -> None:
    """Sets the bit of each day; a day that is set stays set."""
    table = _stage_by_account(records, _USER_DAYS, directory=directory, result=result)
    _collect(_USER_DAY_QUERY.format(staging=table), {}, result=result)


_USER_DAY_QUERY = sql.SQL(
    "WITH k AS MATERIALIZED (SELECT s.position, s.account_id, s.user_key, s.actor,"
    "  date_trunc('month', s.day)::date AS month, 1 << (extract(day FROM s.day)::int - 1) AS bit,"
    "  u.days FROM {staging} s LEFT JOIN accounts_usermonth u ON u.account_id = s.account_id"
    "  AND u.user_key = s.user_key AND u.actor = s.actor"
    "  AND u.month = date_trunc('month', s.day)::date),"
    " written AS (INSERT INTO accounts_usermonth AS u (account_id, month, user_key, actor, days)"
    "  SELECT account_id, month, user_key, actor, bit_or(bit) FROM k"
    "  WHERE days IS NULL OR days & bit = 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    "  ON CONFLICT (account_id, month, user_key, actor)"
    "  DO UPDATE SET days = u.days | EXCLUDED.days)"
    " SELECT position, account_id, CASE WHEN days IS NULL THEN 'created'"
    "  WHEN days & bit = 0 THEN 'updated' ELSE 'unchanged' END, NULL FROM k"
)


def _stage_by_account(
    records: Sequence[Record],
    columns: Sequence[tuple[str, str]],
    *,
    directory: UsageIds,
    result: LoadResult,
) -> sql.Identifier:
    names = {str(record.values["account"]) for record in records}
    directory.learn_accounts(names)
    fields = ["user" if name == "user_key" else name for name, _ in columns[2:]]
    lines = []
    for record in records:
        account = str(record.values["account"])
        account_id = directory.accounts.get(account)
        if account_id is None:
            message = f"“{account}” is not an account; import the account first"
            result.reject([RecordError(record.position, "account", "unknown", message)])
            continue
        values = "\t".join(
            str(actor_of(record) if name == "actor" else record.values[name]) for name in fields
        )
        lines.append(f"{record.position}\t{account_id}\t{values}\n")
    # Named by its columns: it is made once a connection, whatever is loaded on that.
    table = create("_".join(["staging", *(name for name, _ in columns[3:])]), columns)
    copy(table, lines, columns=[name for name, _ in columns])
    return table


def _sum_per_day(table: str, *, keys: Sequence[str], counts: Sequence[str]) -> sql.SQL:
    """One statement: what is known of each key, the difference as a row, and what became of it."""
    key = ", ".join(["account_id", "day", *keys])
    same = " AND ".join(f"u.{name} = s.{name}" for name in ("account_id", "day", *keys))
    total = ", ".join(f"sum(u.{c}) AS total_{c}" for c in counts)
    earlier = ", ".join(
        f"sum(u.{c}) FILTER (WHERE u.learned_on <> {_KNOWN_FROM}) AS earlier_{c}" for c in counts
    )
    known = ", ".join(f"e.total_{c}, COALESCE(e.earlier_{c}, 0) AS earlier_{c}" for c in counts)
    differs = " OR ".join(f"total_{c} IS DISTINCT FROM {c}" for c in counts)
    possible = " AND ".join(f"{c} >= earlier_{c}" for c in counts)
    shares = ", ".join(f"{c} - earlier_{c}" for c in counts)
    updates = ", ".join(f"{c} = EXCLUDED.{c}" for c in counts)
    return sql.SQL(
        f"WITH k AS MATERIALIZED (SELECT s.*, {_KNOWN_FROM} AS learned_on, {known}"  # noqa: S608 -- constants of this module
        f"  FROM {{staging}} s LEFT JOIN LATERAL (SELECT {total}, {earlier} FROM {table} u"
        f"   WHERE {same}) e ON true),"
        f" written AS (INSERT INTO {table} AS u ({key}, learned_on, {', '.join(counts)})"
        f"  SELECT {key}, learned_on, {shares} FROM k WHERE ({differs}) AND {possible}"
        f"  ORDER BY {key} ON CONFLICT ({key}, learned_on) DO UPDATE SET {updates})"
        f" SELECT position, account_id, CASE WHEN total_{counts[0]} IS NULL THEN 'created'"
        f"  WHEN NOT ({differs}) THEN 'unchanged' WHEN {possible} THEN 'updated'"
        f"  ELSE 'rejected' END, total_{counts[0]} FROM k"
    )


def _run(query: sql.Composable, *, day: date, backfill: bool, result: LoadResult) -> None:
    _collect(query, {"day": day, "backfill": backfill}, result=result)


def _collect(query: sql.Composable, parameters: dict[str, Any], *, result: LoadResult) -> None:
    dirty = set()
    for position, account_id, status, total in run(query, parameters):
        if status == "rejected":
            message = (
                f"is below the {total} known when the day closed; a closed day only grows,"
                " unless it is sent as history (backfill)"
            )
            result.reject([RecordError(position, "", "closed_day", message)])
            continue
        result.statuses[position] = _STATUSES[status]
        if status != "unchanged":
            dirty.add(account_id)
    mark_dirty(dirty)
