"""Contracts on past days: what was settled or learned later does not count."""

import pytest

from tests.health import builders as make
from tests.health.builders import ago, at
from tests.health.reading import raw

pytestmark = pytest.mark.django_db
ways = pytest.mark.parametrize("way", ["facts", "block"])


@ways
def test_a_renewal_counts_from_the_day_it_was_settled_on(way):
    account = make.make_account()
    first = make.sign(account, days_ago=370, ends_on=ago(5), state="renewed", closed_on=ago(9))
    make.sign(account, days_ago=5, renews=first.external_id, learned_at=at(ago(9)))

    def then(key, days_ago):
        return raw(account, key, day=ago(days_ago), as_known=True, way=way)

    assert [then("renewals_completed", days) for days in (10, 9, 0)] == [0, 1, 1]
    # Until it is settled the end of the old one is ahead, after that the end of the new one.
    assert [then("days_to_decision", days) for days in (10, 9, 0)] == [5, 369, 360]


@ways
def test_a_contract_counts_from_the_day_it_was_learned_on(way):
    account = make.make_account()
    make.sign(account, days_ago=50, term_months=24, learned_at=at(ago(20)))

    assert raw(account, "contract_months", day=ago(21), as_known=True, way=way) is None
    assert raw(account, "contract_months", day=ago(20), as_known=True, way=way) == 24
    # Until then they are a customer since another day.
    assert raw(account, "tenure_days", day=ago(21), as_known=True, way=way) == 779
    assert raw(account, "tenure_days", day=ago(20), as_known=True, way=way) == 30


@ways
def test_one_that_renewed_itself_is_in_force_until_its_cancellation_takes_effect(way):
    account = make.make_account()
    make.sign(
        account,
        days_ago=800,
        ends_on=ago(435),
        auto_renew=True,
        state="cancelled",
        closed_on=ago(100),
        cancelled_on=ago(70),
    )
    assert raw(account, "contract_months", day=ago(71), way=way) == 12
    assert raw(account, "contract_months", day=ago(70), way=way) is None
    # It renewed itself at its first end; at the second it was cancelled.
    assert raw(account, "renewals_completed", way=way) == 1
    assert raw(account, "days_to_decision", way=way) is None


@ways
def test_an_invoice_paid_after_the_day_was_late_on_it(way):
    account = make.make_account()
    make.invoice(account, due_days_ago=400, paid_days_ago=401)
    make.invoice(account, due_days_ago=10, paid_days_ago=5)

    assert raw(account, "late_payments", day=ago(10), way=way) == 0
    assert raw(account, "late_payments", day=ago(9), way=way) == 1
    assert raw(account, "late_payments", way=way) == 1
