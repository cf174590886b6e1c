"""A company of 100,000 accounts, made by one INSERT … SELECT a table: for the benchmarks, and for
the test that executes what the code says about indexes (tests/plans).

The tables are as large as a planner needs to see them, not as large as three years make them.
"""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from tests.benchmarks.large_company.customers import CUSTOMERS, DENSE_USAGE, FACTS
from tests.benchmarks.large_company.rows import Rows
from tests.benchmarks.large_company.work import HEALTH, PLAYS, STORED, WORK

ACCOUNTS = 100_000
BOOK = 300
TEAM = 8  # CSMs
DAY = date(2025, 6, 15)  # the newest closed day; the installation believes it is the day after
TODAY = DAY + timedelta(days=1)
NOW = datetime.combine(TODAY, time(9), UTC)
CSM, MANAGER = "csm-1@demo.example", "manager@demo.example"
EXECUTIVE, OPS = "executive@demo.example", "ops@demo.example"

# The value of a column that must have one and that nobody names, by its type.
_EMPTY = {
    "varchar": "''", "text": "''", "bool": "false", "jsonb": "'{{}}'", "bytea": "''", "int2": "0",
    "int4": "0", "int8": "0", "numeric": "0", "_varchar": "'{{}}'", "_text": "'{{}}'",
    "_int2": "'{{}}'", "_int4": "'{{}}'", "_int8": "'{{}}'", "_float8": "'{{}}'",
}  # fmt: skip


def fill(*, accounts: int = ACCOUNTS, stored: bool = True) -> None:
    """Into migrated, empty tables, with the shipped scorecards and playbooks. `stored`: also the
    months, days and previews that the platform itself computes, as rows made up.

    The role must be allowed to pose as a replica (tests.embedded.grant_owner): no trigger marks
    accounts, audits or numbers what is written here, and no foreign key is looked up.
    """
    from accounts.models import Installation, UsageSeal  # noqa: PLC0415 -- after django.setup()

    Installation.objects.update_or_create(pk=1, defaults={"as_of": TODAY})
    sealed = {"sealed_until": DAY - timedelta(days=3), "number": 1}
    UsageSeal.objects.update_or_create(pk=1, defaults=sealed)
    tables = (*FACTS, *HEALTH, *PLAYS, *WORK, *(STORED if stored else ()))
    _fill(tables, accounts=accounts, day=DAY, days=130)


def fill_facts(*, accounts: int, day: date) -> None:
    """Likewise, what customers sent by the end of `day`, with a row of usage for each account,
    day and feature; nothing is computed yet, and the installation is not frozen on a day."""
    from accounts.models import Installation  # noqa: PLC0415 -- after django.setup()

    Installation.objects.update_or_create(pk=1, defaults={"as_of": None})
    _fill((*CUSTOMERS, *DENSE_USAGE), accounts=accounts, day=day, days=180)


def _fill(tables: Iterable[Rows], *, accounts: int, day: date, days: int) -> None:
    """`days` up to `day` get partitions."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    from health.publishing import install_library as install_scorecards  # noqa: PLC0415 -- likewise
    from playbooks.publishing import install_library as install_playbooks  # noqa: PLC0415 -- likewise

    install_scorecards(now=NOW)
    install_playbooks(now=NOW)
    words = {
        "accounts": accounts,
        "csms": max(accounts // BOOK, 1),
        "team": TEAM,
        "day": f"'{day}'",
        "book": "(SELECT * FROM playbooks_playbook WHERE state = 'published'"
        " ORDER BY severity DESC, id LIMIT 1)",
        **_scorecard(),
    }
    with connection.cursor() as cursor:
        # Rows whose commit is not on disk yet are not marked as visible to all by VACUUM, and an
        # index alone would not be enough to read them.
        cursor.execute(
            "SET session_replication_role = replica; SET statement_timeout = 0;"
            " SET synchronous_commit = on"
        )
        try:
            for table in ("accounts_usageday", "health_healthscore"):
                cursor.execute(
                    "SELECT cs_ensure_partitions(%s, %s, %s)",
                    [table, day - timedelta(days=days), day + timedelta(days=1)],
                )
            for rows in tables:
                statement = _insert(cursor, rows).format(**words)
                with _without_indexes(cursor, rows):
                    cursor.execute(statement)
                cursor.execute(f"VACUUM (ANALYZE, SKIP_DATABASE_STATS) {rows.table}")
            for table in ("accounts_team", "accounts_account"):  # whose rows have chosen ids
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}",
                    [table],
                )
        finally:
            cursor.execute(
                "RESET session_replication_role; RESET statement_timeout; RESET synchronous_commit"
            )


def _scorecard() -> dict[str, int]:
    """The scorecard of scores that are made up: its id, and the lengths of their arrays."""
    from health.queries.scorecards import in_force  # noqa: PLC0415 -- after django.setup()

    card = in_force()["four_inputs"]
    return {
        "card": card.id,
        "raw": len(card.spec.raw_keys),
        "measures": len(card.spec.measure_keys),
        "components": len(card.spec.component_keys),
    }


# Most keys stay: rows come in their order, and foreign keys depend on them.
_DROPPED = """
    SELECT CASE WHEN c.oid IS NULL THEN 'DROP INDEX ' || i.indexrelid::regclass
            ELSE format('ALTER TABLE %%s DROP CONSTRAINT %%I', i.indrelid::regclass, c.conname) END,
        CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
            ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', i.indrelid::regclass, c.conname,
                pg_get_constraintdef(c.oid)) END
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
        AND c.contype IN ('u', 'p', 'x')
    WHERE i.indrelid = %s::regclass AND (NOT i.indisprimary OR %s)
"""


@contextmanager
def _without_indexes(cursor, rows: Rows):
    """An index that is made of all rows at once takes a fraction of one that grows by rows."""
    cursor.execute(_DROPPED, [rows.table, rows.drops_key])
    indexes = cursor.fetchall()
    for drop, _make in indexes:
        cursor.execute(drop)
    yield
    for _drop, make in indexes:
        cursor.execute(make.replace(" ON ONLY ", " ON "))  # of its partitions as well


def _insert(cursor, rows: Rows) -> str:
    """The statement; columns that must have a value and are not named get an empty one."""
    cursor.execute(
        "SELECT column_name, udt_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'"
        " AND column_default IS NULL AND is_identity = 'NO'",
        [rows.table],
    )
    missing = {name: _EMPTY[kind] for name, kind in cursor if name not in rows.columns}
    columns = {**missing, **rows.columns}
    return (
        f"INSERT INTO {rows.table} ({', '.join(columns)})"
        f" SELECT {', '.join(columns.values())} FROM {rows.source}"
    )
