"""The stored months say what the ledger says, also after it was corrected."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from accounts.queries.rates import rate_table
from metrics.definitions import Method, Rate
from metrics.facts.scope import ReportScope
from metrics.models import TOTAL, AccountMonth, RetentionMonth, SnapshotMonth
from metrics.queries.ledger_report import Question, retention
from metrics.queries.series import retention_series
from metrics.retention.rates import stored
from metrics.retention.windows import Window, month_ends, months_before
from metrics.snapshots import take_snapshots

DAY = date(2025, 6, 15)
LATEST = date(2025, 5, 31)


@pytest.fixture
def ledger(company, people):
    accounts = [
        company.account(f"A{n}", owner=people["alice" if n % 2 else "carl"], segment=segment)
        for n, segment in enumerate(["smb", "mid_market", "enterprise"] * 5)
    ]
    company.rate("EUR", "1.0873")
    company.rate("EUR", "1.1", since=date(2025, 1, 1))
    company.random_ledger(accounts, seed=11, until=DAY, currencies=("USD", "EUR"))
    company.segment(accounts[0], "mid_market", since=date(2024, 3, 10))
    return accounts


def live(user, month, method=Method.BY_ACCOUNT):
    """From the ledger: what was known at some time is never answered from the stored months."""
    window = Window(start=months_before(end=month, months=12), end=month)
    ever = datetime(2100, 1, 1, tzinfo=UTC)
    question = Question(window=window, base="USD", known_before=ever, method=method)
    return retention(question=question, user=user)


def series_of(user, *, months=None, method=Method.BY_ACCOUNT):
    return retention_series(
        months=months or month_ends(until=LATEST, count=24),
        rates=rate_table(base="USD"),
        scope=ReportScope.of(user=user),
        method=method,
    )


def numbers(series):
    return [(month.month, month.total, month.segments) for month in series]


def same_as_live(series, user, method=Method.BY_ACCOUNT):
    for month in series:
        report = live(user, month.month, method)
        assert month.total == report.total
        assert month.segments == {group.value: group.retention for group in report.groups}


def test_months_without_a_ledger_are_no_months(company):
    assert take_snapshots(day=DAY) == 0
    assert not SnapshotMonth.objects.exists()


@pytest.mark.parametrize("method", Method)
def test_stored_months_equal_the_ledger(ledger, people, method):
    assert take_snapshots(day=DAY) == SnapshotMonth.objects.count() > 24
    for row in RetentionMonth.objects.filter(segment=TOTAL, method=method):
        report = live(people["eva"], row.month, method).total
        assert row.nrr == stored(report.rate(Rate.NRR))
        assert row.grr == stored(report.rate(Rate.GRR))
        assert row.logo == stored(report.rate(Rate.LOGO))
        assert row.bridge_start == report.bridge.start
        assert row.logos_expanded == report.logos.expanded


@pytest.mark.parametrize("method", Method)
def test_the_series_is_the_same_stored_and_computed(
    ledger, people, django_assert_num_queries, method
):
    computed = series_of(people["eva"], method=method)
    take_snapshots(day=DAY)
    with django_assert_num_queries(5):  # rates, visibility, months, newest movement, stored rows
        from_store = series_of(people["eva"], method=method)
    assert all(month.is_stored for month in from_store)
    assert numbers(from_store) == numbers(computed)
    same_as_live(from_store, people["eva"], method)


def test_a_managers_series_counts_their_accounts_only(ledger, people):
    computed = series_of(people["mona"])
    take_snapshots(day=DAY)
    from_store = series_of(people["mona"])
    assert all(month.is_stored for month in from_store)
    assert numbers(from_store) == numbers(computed)
    same_as_live(from_store, people["mona"])
    assert from_store[-1].total.bridge.end < series_of(people["eva"])[-1].total.bridge.end


def test_a_managers_series_by_movements_comes_from_the_ledger(ledger, people):
    take_snapshots(day=DAY)
    same_as_live(
        series_of(people["mona"], method=Method.BY_MOVEMENTS), people["mona"], Method.BY_MOVEMENTS
    )
    rates = [
        [month.total.rate(Rate.GRR) for month in series_of(people["mona"], method=method)]
        for method in Method
    ]
    assert rates[0] != rates[1]


def test_a_second_run_writes_nothing(ledger):
    take_snapshots(day=DAY)
    before = set(AccountMonth.objects.values_list("pk", flat=True))
    assert take_snapshots(day=DAY) == 0
    assert set(AccountMonth.objects.values_list("pk", flat=True)) == before


def test_a_late_movement_restates_its_month_and_all_after(company, ledger, people):
    take_snapshots(day=DAY)
    company.post(ledger[1], date(2025, 3, 3), "expansion", 5_000, learned_on=DAY)
    same_as_live(series_of(people["eva"]), people["eva"])  # before the night: computed
    assert take_snapshots(day=DAY) == 3  # March, April, May
    same_as_live(series_of(people["eva"]), people["eva"])


def test_a_corrected_rate_restates_the_months_it_was_used_in(company, ledger, people):
    take_snapshots(day=DAY)
    company.rate("EUR", "1.2", since=date(2025, 4, 15))
    same_as_live(series_of(people["eva"]), people["eva"])
    assert take_snapshots(day=DAY) == 2
    same_as_live(series_of(people["eva"]), people["eva"])


def test_a_corrected_segment_restates_the_months_after_it(company, ledger, people):
    take_snapshots(day=DAY)
    company.segment(ledger[4], "strategic", since=date(2025, 2, 1))
    assert take_snapshots(day=DAY) == 4
    same_as_live(series_of(people["eva"]), people["eva"])


def test_the_next_month_adds_one(company, ledger, people):
    take_snapshots(day=DAY)
    assert take_snapshots(day=date(2025, 7, 2)) == 1
    newest = RetentionMonth.objects.get(
        month=date(2025, 6, 30), segment=TOTAL, method=Method.BY_ACCOUNT
    )
    assert newest.bridge_start == live(people["eva"], date(2025, 6, 30)).total.bridge.start


def test_the_bridge_of_every_stored_month_ends_at_its_accounts(ledger):
    take_snapshots(day=DAY)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE r.bridge_start + r.bridge_new
                + r.bridge_reactivation + r.bridge_expansion - r.bridge_contraction
                - r.bridge_churn = a.ended)
            FROM metrics_retentionmonth r
            JOIN (SELECT month, sum(end_minor) AS ended FROM metrics_accountmonth GROUP BY month) a
                USING (month)
            WHERE r.segment = 'all' AND r.method = 'accounts'
            """
        )
        months, whole = cursor.fetchone()
    assert months == whole > 24
