"""Each `# Uses index:` in the code is true of 100,000 accounts."""

import re

import pytest
from django.db import connection, transaction

from tests.plans.comments import comments
from tests.plans.database import NAME, connected, make
from tests.plans.executors import EXECUTORS
from tests.plans.explained import executed

COMMENTS = comments()
# What a statement reads from one end to the other beside what its comment is about.
_EACH_ACCOUNT = {"accounts_account"}  # as it was judged on the day
SCANNED = {
    "metrics.facts.report_date:_JUDGED_ON_DAY": _EACH_ACCOUNT,
    "metrics.facts.report_date:_PAID_ON_DAY": _EACH_ACCOUNT,
    # The book of all accounts is made of the whole ledger before a page of it is listed.
    "metrics.queries.movements:_LEDGER": {"accounts_revenuemovement"},
}
LARGE = 20_000  # rows: to read them all takes longer than what a page or a tick may take

# Partitions and their indexes go by the name of what they are part of.
_ROOTS = """
    SELECT oid::regclass::text, coalesce(pg_partition_root(oid), oid)::regclass::text
    FROM pg_class WHERE relkind IN ('r', 'p', 'i', 'I') AND relnamespace = 'public'::regnamespace
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, indrelid::regclass::text FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
"""
_LARGE = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= %s
"""


@pytest.fixture(scope="module")
def large_company(django_db_blocker):
    with django_db_blocker.unblock():
        make()
        with connected(NAME):
            yield


@pytest.fixture(scope="module")
def schema(large_company):
    with connection.cursor() as cursor:
        cursor.execute(_ROOTS)
        root_of = dict(cursor.fetchall())
        cursor.execute(_INDEXES)
        table_of = dict(cursor.fetchall())
        cursor.execute(_LARGE, [LARGE])
        return root_of, table_of, {name for (name,) in cursor.fetchall()}


def test_every_comment_has_an_executor_and_every_executor_a_comment():
    assert set(COMMENTS) == set(EXECUTORS)


@pytest.mark.parametrize("place", sorted(COMMENTS))
def test_the_index_is_used_and_no_large_table_is_scanned(place, schema):
    check(place, COMMENTS[place], *schema)


def check(place, said, root_of, table_of, large):
    # “a, b or c”: a, and either of b and c.
    asked = [set(re.findall(r"\w+", part)) & set(table_of) for part in said.split(",")]
    asked = [names for names in asked if names]
    assert asked, f"{place} names no index: {said}"
    named = set().union(*asked)

    with transaction.atomic():
        with executed() as statements:
            EXECUTORS[place]()
        transaction.set_rollback(True)

    used = {root_of[index] for one in statements for index in one.indexes()}
    for names in asked:
        assert names & used, (
            f"{place} does not use {names}, but {used & _of_table(named, table_of)}"
        )
    tables = {table_of[index] for index in named}
    for one in statements:
        if {root_of.get(table) for table in one.tables()} & tables:
            scanned = one.scanned() & large - SCANNED.get(place, set())
            assert not scanned, f"{place} scans {scanned}: {one.sql}"


def _of_table(named, table_of):
    tables = {table_of[index] for index in named}
    return {index for index, table in table_of.items() if table in tables}
