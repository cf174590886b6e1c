"""A movement that is committed late, below ids that were seen already, is not overlooked."""

from contextlib import contextmanager
from datetime import date

import psycopg2
import pytest
from django.db import connection

from metrics.facts.ledger import read_rates
from metrics.facts.months import stale_months
from metrics.models import AccountDay
from metrics.snapshots import day_to_refresh, take_snapshots
from tests.metrics.world import CLOSED, MONTH_END

pytestmark = pytest.mark.django_db(transaction=True)
_POST = """
    INSERT INTO accounts_revenuemovement (account_id, effective_on, kind, amount_minor, currency,
        recorded_at, source, external_id, reason, subtype, product)
    VALUES (%s, '2025-05-20', 'expansion', 100000, 'USD', now(), 'other', 'slow', '', '', '')
"""


@contextmanager
def another_import(account):
    """Has posted a movement and not committed yet."""
    at = connection.settings_dict
    other = psycopg2.connect(
        host=at["HOST"],
        port=at["PORT"],
        user=at["USER"],
        password=at["PASSWORD"],
        dbname=at["NAME"],
    )
    try:
        other.cursor().execute(_POST, [account.pk])
        yield other
    finally:
        other.close()


def arr_of(account):
    return AccountDay.objects.get(account=account, day=CLOSED).arr_minor


def outdated_months():
    return stale_months(months=[MONTH_END], rates=read_rates(base="USD"))


def test_what_is_stored_while_somebody_posts_is_stored_again(company, world):
    ada, bly, _ = world
    with another_import(ada) as slow:
        company.post(bly, date(2025, 6, 1), "expansion", 1_00)
        take_snapshots(day=CLOSED)
        slow.commit()
    assert arr_of(ada) == 44_000_00
    assert (day_to_refresh(), outdated_months()) == (CLOSED, [MONTH_END])
    take_snapshots(day=CLOSED)
    assert arr_of(ada) == 45_000_00
    assert (day_to_refresh(), outdated_months()) == (None, [])


def test_an_import_that_gives_up_costs_no_more_than_a_second_run(company, world):
    with another_import(world[0]) as slow:
        take_snapshots(day=CLOSED)
        slow.rollback()
    assert day_to_refresh() == CLOSED
    take_snapshots(day=CLOSED)
    assert (day_to_refresh(), outdated_months()) == (None, [])
    assert take_snapshots(day=CLOSED) == 0
