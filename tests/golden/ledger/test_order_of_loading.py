"""Retention by either method, whatever the order and the pieces in which contracts were loaded."""

import random
from datetime import date

from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metrics.snapshots import take_snapshots
from tests.golden.ledger.exports import account_file, contract_files
from tests.golden.ledger.lives import customers
from tests.golden.ledger.product import bring, store_rates
from tests.golden.ledger.truth import METHODS, Truth

FIRST, LAST = date(2023, 1, 1), date(2026, 6, 30)


def pieces(drawn, *, seed, count):
    """The rows of all tools dealt out to so many imports, each of which derives the ledger."""
    source = random.Random(seed)
    for file in contract_files(drawn, order="shuffled", renews=False, known_on=LAST):
        rows = source.sample(file.rows, len(file.rows))
        for number in range(count):
            file.rows[:] = rows[number::count]
            if file.rows:
                yield file


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), count=st.integers(1, 4))
@example(seed=1, count=3)  # an expansion that was learned in two steps, in euros
def test_no_rate_depends_on_the_order_of_loading_and_both_methods_agree_in_nrr(db, seed, count):
    truth = Truth(customers(count=8, first=FIRST, last=LAST, seed=seed), last=LAST)
    with transaction.atomic():
        store_rates()
        bring([account_file(truth.customers)], day=LAST)
        bring(pieces(truth.customers, seed=seed, count=count), day=LAST)
        take_snapshots(day=LAST)
        truth.holds_for_history()
        truth.holds_for_months()
        truth.holds_for_retention()
        for end in truth.windows:
            by_account, by_movements = (truth.retention(method, end) for method in METHODS)
            assert net(by_account) == net(by_movements)
        transaction.set_rollback(True)


def net(total):
    """What the cohort has at the end."""
    gained = total["cohort_start"] + total["cohort_expansion"] + total["cohort_reactivation"]
    return gained - total["cohort_contraction"] - total["cohort_churn"]
