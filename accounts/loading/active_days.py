"""Sessions and people of an account on a day."""

from collections.abc import Sequence
from datetime import date

from psycopg2 import sql

from accounts.intake.records import Record
from accounts.intake.usage_rows import actor_of
from accounts.loading.day_sums import collect, lock_accounts, sum_per_day, write_sums
from accounts.loading.results import LoadResult
from accounts.loading.staging_table import copy, create
from accounts.loading.usage_ids import UsageIds, no_account

_OF_ACCOUNT = (("position", "integer"), ("account_id", "bigint"), ("day", "date"))
_SESSIONS = (*_OF_ACCOUNT, ("sessions", "integer"), ("minutes", "integer"))
_ACTIVE_USERS = (*_OF_ACCOUNT, ("users", "integer"))
_USER_DAYS = (*_OF_ACCOUNT, ("user_key", "text"), ("actor", "smallint"))


def load_sessions(
    records: Sequence[Record],
    *,
    directory: UsageIds,
    day: date,
    result: LoadResult,
    backfill: bool = False,
) -> None:
    table = _stage_by_account(records, _SESSIONS, directory=directory, result=result)
    _lock_named_accounts(records, directory=directory)
    query = sum_per_day("accounts_sessionday", keys=(), counts=("sessions", "minutes"))
    write_sums(query.format(staging=table), day=day, backfill=backfill, result=result)


def load_active_users(
    records: Sequence[Record],
    *,
    directory: UsageIds,
    day: date,
    result: LoadResult,
    backfill: bool = False,
) -> None:
    """How many, where nobody says who: of a day, or of the week that ends on it."""
    table = _stage_by_account(records, _ACTIVE_USERS, directory=directory, result=result)
    _lock_named_accounts(records, directory=directory)
    query = sum_per_day("accounts_activeusersday", keys=(), counts=("users",))
    write_sums(query.format(staging=table), day=day, backfill=backfill, result=result)


def _lock_named_accounts(records: Sequence[Record], *, directory: UsageIds) -> None:
    names = {str(record.values["account"]) for record in records}
    lock_accounts(directory.accounts[name] for name in names & directory.accounts.keys())


def load_user_days(records: Sequence[Record], *, directory: UsageIds, result: LoadResult) -> None:
    """Sets the bit of each day; a day that is set stays set."""
    table = _stage_by_account(records, _USER_DAYS, directory=directory, result=result)
    collect(_USER_DAY_QUERY.format(staging=table), {}, result=result)


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
            result.reject([no_account(account, position=record.position)])
            continue
        values = "\t".join(
            str(actor_of(record) if name == "actor" else record.values[name]) for name in fields
        )
        lines.append(f"{record.position}\t{account_id}\t{values}\n")
    # Named by its columns: it is made once a connection, whatever is loaded on that.
    table = create("_".join(["staging", *(name for name, _ in columns[3:])]), columns)
    copy(table, lines, columns=[name for name, _ in columns])
    return table
