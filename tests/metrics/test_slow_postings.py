"""What is committed late, below ids that were seen already, is not overlooked."""

from contextlib import contextmanager
from datetime import date, timedelta

import psycopg2
import pytest
from django.db import connection

from accounts.models import Account
from accounts.queries.rates import rate_table
from health.publishing import install_library
from health.recompute import recompute
from health.recompute import score_rows as writing
from metrics.facts.months import stale_months
from metrics.models import AccountDay
from metrics.snapshots import day_to_refresh, take_snapshots
from tests.metrics.world import CLOSED, MONTH_END, NOW

pytestmark = pytest.mark.django_db(transaction=True)
_POST = """
    INSERT INTO accounts_revenuemovement (account_id, effective_on, kind, amount_minor, currency,
        recorded_at, source_id, external_id, reason, subtype, product)
    VALUES (%s, '2025-05-20', 'expansion', 100000, 'USD', now(), 'direct', 'slow', '', '', '')
"""

_ADD = """
    INSERT INTO accounts_account SELECT (json_populate_record(a, json_build_object(
        'id', nextval(pg_get_serial_sequence('accounts_account', 'id')), 'external_id', 'slow'
    ))).* FROM accounts_account a WHERE a.id = %s
"""


@contextmanager
def another_import(account, *, statement=_POST):
    """Has posted a movement of the account, or added one like it, and not committed yet."""
    at = connection.settings_dict
    other = psycopg2.connect(
        host=at["HOST"],
        port=at["PORT"],
        user=at["USER"],
        password=at["PASSWORD"],
        dbname=at["NAME"],
    )
    try:
        other.cursor().execute(statement, [account.pk])
        yield other
    finally:
        other.close()


def arr_of(account):
    return AccountDay.objects.get(account=account, day=CLOSED).arr_minor


def outdated_months():
    return stale_months(months=[MONTH_END], rates=rate_table(base="USD"))


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


@pytest.fixture
def months(db):
    """Where scoring would have put the scores of the world."""
    writing.ensure_partitions(MONTH_END, CLOSED)


@pytest.mark.parametrize("is_added_late", [True, False])
def test_an_account_first_scored_after_its_day_was_stored_is_seen(
    months, company, world, is_added_late
):
    """Whether it was committed below the newest account, or has been there and had no score."""
    install_library(now=NOW)
    one_like = company.account("Model")
    Account.objects.filter(pk=one_like.pk).update(customer_since=date(2024, 1, 1))
    with another_import(one_like, statement=_ADD) as slow:
        company.account("Newer")
        if not is_added_late:
            slow.commit()
        take_snapshots(day=CLOSED)
        slow.commit()
    late = Account.objects.get(external_id="slow")
    assert day_to_refresh() is None
    recompute(day=CLOSED, account_ids=[late.pk], now=NOW + timedelta(hours=1))
    assert day_to_refresh() == CLOSED
    take_snapshots(day=CLOSED)
    assert AccountDay.objects.get(account=late, day=CLOSED).band == "unscored"
