"""Each declared sum: its SQL over the stored months, and the plain loops over the ledger's rows."""

from datetime import date

import pytest
from django.db import connection

from accounts.models import RevenueMovement
from metrics.definitions import FIGURES, PARTS, Adds, Bridge, Figure, MadeOf, Rate
from metrics.facts.figure_sql import sum_of
from metrics.snapshots import take_snapshots
from tests.pure.retention_oracle import figures

START, END = date(2024, 5, 31), date(2025, 5, 31)


@pytest.fixture
def ledger(company, people):
    company.rate("EUR", "1.105")
    accounts = [company.account(f"A{number:02}") for number in range(40)]
    company.random_ledger(accounts, seed=3, until=END, currencies=("USD", "EUR"))
    take_snapshots(day=date(2025, 6, 15))


def asked(made_of):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {sum_of(made_of)} FROM metrics_accountmonth m WHERE m.month = %s", [END]
        )
        return cursor.fetchone()[0]


def test_each_sum_in_sql_is_the_one_of_the_plain_loops(ledger):
    rows = [
        (account, day.toordinal(), amount, currency, kind)
        for account, day, amount, currency, kind in RevenueMovement.objects.values_list(
            "account_id", "effective_on", "amount_minor", "currency", "kind"
        )
    ]
    expected = figures(
        rows,
        start=START.toordinal(),
        end=END.toordinal(),
        by_movements=False,
        rates={"USD": 1, "EUR": "1.105"},
    )
    found = {
        f"{part}_{name}": asked(made_of)
        for part, sums in PARTS.items()
        for name, made_of in sums.sums().items()
    }
    assert {name: value for name, value in found.items() if value} == expected
    # By account, nobody of the cohort can be reactivated.
    assert set(found) - set(expected) == {"cohort_reactivation"}


def test_every_part_of_the_bridge_and_every_rate_opens_a_list():
    assert set(FIGURES) == set(Figure)
    assert {*Bridge.sums(), "end", *Rate} == {figure.value for figure in Figure}
    for name, made_of in Bridge.sums().items():
        opened = FIGURES[Figure(name)].made_of
        assert opened == MadeOf(made_of.adds, made_of.kinds, made_of.of)
    assert [f.value for f in Figure if FIGURES[f].made_of.adds is not Adds.CHANGE] == [
        "start",
        "end",
    ]
