"""The months of the big tables, made before their rows come."""

from datetime import date, timedelta

from django.db import connection


def ensure_partitions(*, day: date) -> int:
    """The month of the day and the next one, for every table partitioned by month; made count."""
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _ensure_table_months(_partitioned_tables(), first=day, last=following)


def ensure_usage_partition(month: date) -> bool:
    """Imported usage gets a partition for each of its months; True when one had to be made.

    Asked before it is made: making one is done by one transaction at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [f"accounts_usageday_{month:%Y%m}"])
        if not cursor.fetchone()[0]:
            return False
    return _ensure_table_months(["accounts_usageday"], first=month, last=month) > 0


def _partitioned_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid"
            " WHERE p.partstrat = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def _ensure_table_months(tables: list[str], *, first: date, last: date) -> int:
    made = 0
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute("SELECT cs_ensure_partitions(%s, %s, %s)", [table, first, last])
            made += cursor.fetchone()[0]
    return made
