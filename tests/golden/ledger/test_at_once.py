"""The same facts brought at once, in three orders of rows and three ways: the same true figures,
and by both contract ways the same renewals.

300 customers of three tools over five years. Each import is held against what is paid day by day
(oracle.py), so that all of them are the same.

2,000 customers (seed 2, shuffled contracts) were held against it on 1 December 2026, ramps and
terms bought late to another's end among them: 15,378 rows, 7,863 movements, 68,116 months in which
an account paid and 3,430 renewals, all equal. NRR of the last year is 104.1 %, GRR 85.2 % by
account and 76.1 % by movements.
"""

from datetime import date

import pytest

from accounts.models import Account
from metrics.snapshots import take_snapshots
from tests.golden.ledger.exports import ORDERS, account_file, contract_files, movement_file
from tests.golden.ledger.lives import customers
from tests.golden.ledger.product import bring, store_rates, stored_movements
from tests.golden.ledger.truth import Truth

FIRST, LAST = date(2021, 7, 1), date(2026, 6, 30)
WAYS = ("contracts", "contracts with renews", "movements")


@pytest.fixture(scope="module")
def truth():
    return Truth(customers(count=300, first=FIRST, last=LAST, seed=1), last=LAST)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", ORDERS)
def test_every_figure_is_that_of_what_is_paid(db, truth, way, order):
    store_rates()
    bring([account_file(truth.customers)], day=LAST)
    if way == "movements":
        files = [movement_file(truth.customers, order=order, last=LAST)]
    else:
        renews = way == "contracts with renews"
        files = contract_files(truth.customers, order=order, renews=renews, known_on=LAST)
    bring(files, day=LAST)
    # Equal movements are equal sums by kind, and an equal ARR on every day.
    assert stored_movements(known_on=LAST) == truth.movements
    truth.holds_for_history()
    for attribute in truth.history:
        now = Account.objects.values_list("external_id", attribute)
        assert dict(now) == truth.now(attribute)
    assert take_snapshots(day=LAST) == 48
    truth.holds_for_months()
    truth.holds_for_retention()
    if way != "movements":
        truth.holds_for_renewals()
