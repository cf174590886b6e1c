"""What a night asks about renewals grows with the accounts, never with their square.

Estimates of these statements are wrong by orders of magnitude, since so much of what they keep is
decided row by row: a join of which one side is read as a whole again for each row of the other must
not be open to the planner.
"""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.queries.rates import rate_table
from metrics.facts.renewals import RenewalsDue, read_chances
from metrics.facts.report_date import ReportDate
from metrics.facts.scope import ReportScope
from metrics.facts.week import WeekOfChanges
from metrics.retention.windows import Window, quarter_of
from tests.benchmarks.large_company import DAY, NOW
from tests.plans.database import NAME, connected, make
from tests.plans.explained import executed, nodes

LARGE = 20_000  # rows
AHEAD = Window(start=DAY, end=DAY + timedelta(days=92))
_READS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "CTE Scan"}
_LARGE = "SELECT relname FROM pg_class WHERE reltuples >= %s"


@pytest.fixture(scope="module")
def large(django_db_blocker):
    """The names of its large tables."""
    with django_db_blocker.unblock():
        make()
        with connected(NAME):
            with connection.cursor() as cursor:
                cursor.execute(_LARGE, [LARGE])
                names = {name for (name,) in cursor.fetchall()}
            yield names


def read_again(plan, *, large):
    """What is read from one end to the other for each row of something else."""
    return {
        node.get("Relation Name") or node["CTE Name"]
        for loop in nodes(plan)
        if loop["Node Type"] == "Nested Loop"
        for inner in loop["Plans"]
        if inner["Parent Relationship"] == "Inner"
        for node in nodes(inner)
        if node["Node Type"] in _READS and is_whole(node, large=large)
    }


def is_whole(node, *, large):
    if node["Node Type"] == "CTE Scan":
        return True
    of_large = node["Relation Name"] in large
    return of_large and not {"Index Cond", "Recheck Cond"} & node.keys()


def asked(name, *, known_before=None):
    scope = ReportScope(known_before=known_before)
    moment = ReportDate(day=DAY, rates=rate_table(base="USD").on(DAY), zone="UTC")
    chances = read_chances()
    if name == "week":
        WeekOfChanges(scope=scope, moment=moment, chances=chances).totals()
        return
    window = AHEAD if name == "ahead" else quarter_of(DAY)
    RenewalsDue(scope=scope, moment=moment, window=window, chances=chances).rows_and_never_due()


@pytest.mark.parametrize("known_before", [None, NOW - timedelta(days=30)])
@pytest.mark.parametrize("name", ["week", "quarter", "ahead"])
def test_nothing_large_is_read_again_for_each_renewal(name, known_before, large):
    with transaction.atomic():
        with connection.cursor() as cursor:  # a plan that does so would not end
            cursor.execute("SET LOCAL statement_timeout = '3min'")
        with executed() as statements:
            asked(name, known_before=known_before)
        transaction.set_rollback(True)
    asking = [one for one in statements if "accounts_contract" in one.sql]
    assert asking
    for one in statements:
        assert not read_again(one.plan, large=large), one.sql
