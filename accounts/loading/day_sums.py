"""What is told of a day: the difference to what was known of it, as a row of the day we learned it.

A record states the whole of its day: sending it again changes nothing, sending another number
corrects it. What is learned after its day closed is a row of its own, so that yesterday's
score can be explained by what was known yesterday.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from psycopg2 import sql

from accounts.intake.errors import RecordError
from accounts.loading.change_signals import mark_dirty
from accounts.loading.composed_sql import run
from accounts.loading.results import LoadResult, Status

_STATUSES = {status.value: status for status in Status}
# The day a row is known from: its own while it is open, today when it has closed, and its own
# again for history that somebody recorded at the time.
_KNOWN_FROM = "CASE WHEN %(backfill)s THEN s.day ELSE GREATEST(s.day, %(day)s) END"


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


def sum_per_day(
    table: str, *, keys: Sequence[str], counts: Sequence[str], sum_of: str = ""
) -> sql.SQL:
    """One statement: what is known of each key, the difference as a row, and what became of it.

    `sum_of` is a column that may be left out, which keeps what is known of it, and may fall.
    """
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
    written = [*counts]
    if sum_of:
        written.append(sum_of)
        total += f", sum(u.{sum_of}) AS total_{sum_of}"
        earlier += (
            f", sum(u.{sum_of}) FILTER (WHERE u.learned_on <> {_KNOWN_FROM}) AS earlier_{sum_of}"
        )
        known += f", e.total_{sum_of}, e.earlier_{sum_of}"
        now = f"COALESCE({sum_of}, total_{sum_of})"
        differs += f" OR total_{sum_of} IS DISTINCT FROM {now}"
        shares += (
            f", CASE WHEN earlier_{sum_of} IS NULL THEN {now}"
            f" ELSE NULLIF({now} - earlier_{sum_of}, 0) END"
        )
    updates = ", ".join(f"{c} = EXCLUDED.{c}" for c in written)
    return sql.SQL(
        f"WITH k AS MATERIALIZED (SELECT s.*, {_KNOWN_FROM} AS learned_on, {known}"  # noqa: S608 -- constants of this module
        f"  FROM {{staging}} s LEFT JOIN LATERAL (SELECT {total}, {earlier} FROM {table} u"
        f"   WHERE {same}) e ON true),"
        f" written AS (INSERT INTO {table} AS u ({key}, learned_on, {', '.join(written)})"
        f"  SELECT {key}, learned_on, {shares} FROM k WHERE ({differs}) AND {possible}"
        f"  ORDER BY {key} ON CONFLICT ({key}, learned_on) DO UPDATE SET {updates})"
        f" SELECT position, account_id, CASE WHEN total_{counts[0]} IS NULL THEN 'created'"
        f"  WHEN NOT ({differs}) THEN 'unchanged' WHEN {possible} THEN 'updated'"
        f"  ELSE 'rejected' END, total_{counts[0]} FROM k"
    )


def write_sums(query: sql.Composable, *, day: date, backfill: bool, result: LoadResult) -> None:
    collect(query, {"day": day, "backfill": backfill}, result=result)


def collect(query: sql.Composable, parameters: dict[str, Any], *, result: LoadResult) -> None:
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
