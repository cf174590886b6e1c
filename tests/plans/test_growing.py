"""A first import grows tables whose statistics nobody has taken yet."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from accounts.loading import usage
from accounts.loading.partitions import ensure_usage_partition
from tests.plans.database import NAME, connected, make
from tests.plans.explained import executed

MONTH = date(2020, 1, 1)  # of which the company has no usage
ACCOUNTS, DAYS = 2_000, 25


@pytest.fixture
def large_company(django_db_blocker):
    with django_db_blocker.unblock():
        make()
        with connected(NAME):
            yield


def test_what_was_told_before_is_looked_up_and_never_read_whole(large_company):
    asked = {(pk, MONTH + timedelta(days=n)) for pk in range(1, 401) for n in range(DAYS)}
    with transaction.atomic():
        ensure_usage_partition(MONTH)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_usageday (account_id, day, feature_id, learned_on, events)"
                " SELECT a, %s::date + d, 1, %s::date + d, 1"
                " FROM generate_series(1, %s) a, generate_series(0, %s) d",
                [MONTH, MONTH, ACCOUNTS, DAYS - 1],
            )
        with executed() as statements:
            told = usage.told_before(asked)
        transaction.set_rollback(True)
    assert told == asked
    assert [table for one in statements for table in one.scanned() if "usageday" in table] == []
