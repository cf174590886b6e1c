"""Commercial trajectory: raw values and readings worked by hand."""

from decimal import Decimal

import numpy as np
import pytest

from accounts.models import BusinessEventKind
from health.queries.scorecards import in_force
from health.scoring import evaluate
from tests.health import builders as make
from tests.health.builders import ago
from tests.health.reading import judged, raw

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def account():
    other = make.make_account()
    make.talk(other, days_ago=700)
    make.happen(other, "new_use_case", days_ago=700)
    return make.make_account()


def commercial(key, account, **how):
    return judged("four_inputs", key, account, **how)


def test_arr_movement_compares_with_365_days_before(account):
    make.move_arr(account, 40_000, days_ago=365)
    make.move_arr(account, 2_000, days_ago=364, kind="expansion")
    make.move_arr(account, -4_000, days_ago=0, kind="contraction")

    # 38 000 ÷ 40 000 − 1 = −0.05; from −0.1 → 30 to 0 → 65: 47.5
    value, points = commercial("arr_movement", account)
    assert value == pytest.approx(-0.05)
    assert points == Decimal("47.50")


def test_arr_movement_without_arr_a_year_ago_is_missing(account):
    make.move_arr(account, 40_000, days_ago=364)

    assert raw(account, "arr_movement") is None


def test_arr_movement_learned_later_is_not_peeked_at(account):
    make.move_arr(account, 10_000, days_ago=800)
    make.move_arr(
        account, 1_000, days_ago=100, kind="expansion", recorded_at=make.at(ago(50), hour=1)
    )

    assert raw(account, "arr_movement", day=ago(51), as_known=True) == 0
    assert raw(account, "arr_movement", day=ago(50), as_known=True) == pytest.approx(0.1)
    assert raw(account, "arr_movement", day=ago(51)) == pytest.approx(0.1)


def test_commercial_conversations_of_ninety_days(account):
    make.talk(account, days_ago=0, is_commercial=True)
    make.talk(account, days_ago=89, is_commercial=True)
    make.talk(account, days_ago=90, is_commercial=True)
    make.talk(account, days_ago=5)

    assert commercial("commercial_conversations_90d", account) == (2.0, Decimal("85.00"))


def test_no_commercial_conversation_reads_thirty(account):
    assert commercial("commercial_conversations_90d", account) == (0.0, Decimal("30.00"))


def test_commercial_conversations_of_a_young_customer_are_scaled(account):
    young = make.make_account(customer_since=ago(59))  # 60 of 90 days
    make.talk(young, days_ago=3, is_commercial=True)

    # 1 × 90 ÷ 60 = 1.5; from 1 → 60 to 2 → 85: 72.5
    assert commercial("commercial_conversations_90d", young) == (1.5, Decimal("72.50"))


def test_penalties_add_up_and_stop_at_zero(account):
    for days_ago in (1, 2):
        make.talk(account, days_ago=days_ago, is_commercial=True)
    make.happen(account, "upsell_declined", days_ago=10)
    make.happen(account, "renewal_pushback", days_ago=89)
    make.happen(account, "renewal_pushback", days_ago=90)
    card = in_force()["four_inputs"].spec
    row = [raw(account, key) for key in card.raw_keys]
    values = np.array([[np.nan if value is None else value for value in row]])

    def points(**changes):
        changed = values.copy()
        for key, value in changes.items():
            changed[0, card.raw_keys.index(key)] = value
        position = card.measure_keys.index("commercial_conversations_90d")
        return evaluate(card, changed).readings[0, position]

    # 85 − 30 − 40 = 15; a second pushback would be 85 − 30 − 80 → 0
    assert points() == 1500
    assert points(renewal_pushbacks_90d=2) == 0
    assert points(upsells_declined_90d=np.nan, renewal_pushbacks_90d=np.nan) == 8500


def test_payment_is_the_worst_overdue_of_180_days(account):
    make.invoice(account, due_days_ago=300, paid_days_ago=280)  # 20 days, but long ago
    make.invoice(account, due_days_ago=186, paid_days_ago=179)  # 7 days, paid in the window
    make.invoice(account, due_days_ago=40, paid_days_ago=41)  # early
    make.invoice(account, due_days_ago=5)  # open: 5 days

    assert commercial("worst_days_overdue_180d", account) == (7.0, Decimal("75.00"))


def test_an_invoice_paid_after_the_day_is_unpaid_on_the_day(account):
    make.invoice(account, due_days_ago=200, paid_days_ago=100)

    assert raw(account, "worst_days_overdue_180d", day=ago(130)) == 70
    assert raw(account, "worst_days_overdue_180d", day=ago(100)) == 100


def test_an_invoice_written_off_is_not_overdue_for_ever(account):
    make.invoice(account, due_days_ago=500, state="written_off")
    make.invoice(account, due_days_ago=180, state="written_off")
    assert commercial("worst_days_overdue_180d", account) == (0.0, Decimal("100.00"))

    # Nobody knows since when: as long as it may have been overdue in the window, it was.
    assert raw(account, "worst_days_overdue_180d", day=ago(1)) == 179
    assert raw(account, "worst_days_overdue_180d", day=ago(400), as_known=True) == 100


def test_payment_of_an_account_never_invoiced_is_missing(account):
    make.invoice(make.make_account(), due_days_ago=300, paid_days_ago=300)

    assert raw(account, "worst_days_overdue_180d") is None


def test_arr_flat_terms_counts_contract_terms_without_a_change(account):
    make.sign(account, days_ago=10, term_months=6)
    make.move_arr(account, 20_000, days_ago=800)
    make.move_arr(account, 200, days_ago=400, kind="expansion")  # + 1 %: still flat

    # 20 200 today; 6, 12 and 18 months ago 20 200, 20 200 and 20 000: within 1 %
    assert raw(account, "arr_flat_terms") == 3

    make.move_arr(account, 2_000, days_ago=300, kind="expansion")
    assert raw(account, "arr_flat_terms") == 1


def test_arr_flat_terms_takes_quarters_where_terms_are_monthly(account):
    make.sign(account, days_ago=10, term_months=1)
    make.move_arr(account, 12_000, days_ago=280)

    # 9 months and a little: three quarters back it was the same
    assert raw(account, "arr_flat_terms") == 3
    assert raw(account, "arr_flat_terms", day=ago(20)) is None


def test_arr_flat_terms_takes_the_term_of_a_deal_and_not_of_its_latest_row(account):
    """A contract of two years whose last price holds for three months."""
    deal = {"deal": "d", "deal_starts_on": ago(640), "ends_on": ago(-90), "term_months": 3}
    make.sign(account, days_ago=10, **deal)
    make.move_arr(account, 20_000, days_ago=800)
    make.move_arr(account, 2_000, days_ago=100, kind="expansion")

    # Two years ago it was less: not one term of it was flat, three months ago or not.
    assert raw(account, "arr_flat_terms") == 0


def test_expansion_conversations_include_a_declined_upsell(account):
    make.happen(account, "expansion_conversation", days_ago=179)
    make.happen(account, "upsell_declined", days_ago=100)
    make.happen(account, "expansion_conversation", days_ago=180)

    assert raw(account, "expansion_conversations_180d") == 2
    assert raw(account, "upsells_declined_90d") == 0
    assert raw(account, "renewal_pushbacks_90d") == 0


def test_events_learned_later_are_not_peeked_at(account):
    make.happen(account, "renewal_pushback", days_ago=30, learned_days_ago=20)

    assert raw(account, "renewal_pushbacks_90d", day=ago(21), as_known=True) == 0
    assert raw(account, "renewal_pushbacks_90d", day=ago(20), as_known=True) == 1


def test_an_event_of_ones_own_kind_counts_as_what_its_row_means(account):
    BusinessEventKind.objects.create(key="no_thanks", name="No", meaning="upsell_declined")
    BusinessEventKind.objects.create(key="chatter", name="Chatter")
    make.happen(account, "no_thanks", days_ago=10)
    make.happen(account, "chatter", days_ago=10)
    make.happen(account, "upsell_declined", days_ago=10)

    assert raw(account, "upsells_declined_90d") == 2
