"""Support burden: raw values and readings worked by hand."""

from decimal import Decimal

import pytest

from tests.health import builders as make
from tests.health.builders import ago, at
from tests.health.reading import judged, raw

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def account():
    """Somebody else had tickets long ago, so the source is connected."""
    make.open_ticket(make.make_account(), days_ago=700, solved_days_ago=699)
    return make.make_account(seats=20)


def support(key, account, **how):
    return judged("four_inputs", key, account, **how)


def test_ticket_load_weighs_categories_and_repeats_per_ten_seats(account):
    make.open_ticket(account, days_ago=1, category="how_to")  # 1
    make.open_ticket(account, days_ago=2, category="request")  # 1
    make.open_ticket(account, days_ago=3, category="billing", solved_days_ago=2)  # 2
    make.open_ticket(account, days_ago=29, category="defect", topic="sync")  # 3
    make.open_ticket(account, days_ago=4, category="defect", topic="sync")  # repeat: 5
    make.open_ticket(account, days_ago=30, category="defect")  # outside the window

    # (1 + 1 + 2 + 3 + 5) ÷ (20 ÷ 10) = 6 → 30
    assert support("ticket_load", account) == (6.0, Decimal("30.00"))


def test_ticket_load_a_repeat_of_a_solved_topic_is_no_repeat(account):
    make.open_ticket(account, days_ago=20, category="how_to", topic="sync", solved_days_ago=15)
    make.open_ticket(account, days_ago=5, category="how_to", topic="sync")

    # (1 + 1) ÷ 2 = 1 → 85
    assert support("ticket_load", account) == (1.0, Decimal("85.00"))


def test_open_work_is_of_the_day_and_by_seats(account):
    make.open_ticket(account, days_ago=400)
    make.open_ticket(account, days_ago=1)
    make.open_ticket(account, days_ago=9, solved_days_ago=0)

    assert raw(account, "open_work_per_user") == 0.1  # 2 ÷ 20
    assert raw(account, "open_work_per_user", day=ago(1)) == 0.15
    assert raw(make.make_account(seats=None), "open_work_per_user") is None


@pytest.mark.parametrize("seats", [3, None])
def test_ticket_load_assumes_ten_seats_at_least(account, seats):
    small = make.make_account(seats=seats)
    make.open_ticket(small, days_ago=1, category="billing")

    # 2 ÷ (10 ÷ 10) = 2; from 1 → 85 to 3 → 60: 72.5
    assert support("ticket_load", small) == (2.0, Decimal("72.50"))


def test_no_tickets_is_the_best_reading_everywhere(account):
    assert support("ticket_load", account) == (0.0, Decimal("100.00"))
    assert support("defect_share", account) == (0.0, Decimal("100.00"))
    assert support("days_to_resolution", account) == (0.0, Decimal("100.00"))
    assert raw(account, "tickets_on_open_topic") == 0


def test_ticket_load_of_a_new_customer_is_scaled_then_missing(account):
    new = make.make_account(seats=10, customer_since=ago(19))  # 20 days of history
    newest = make.make_account(seats=10, customer_since=ago(13))
    make.open_ticket(new, days_ago=2, category="billing")

    # 2 × 30 ÷ 20 = 3 → 60
    assert support("ticket_load", new) == (3.0, Decimal("60.00"))
    assert raw(newest, "ticket_load") is None


def test_tickets_of_an_installation_without_tickets_are_missing(db):
    account = make.make_account()

    for key in ("ticket_load", "defect_share", "days_to_resolution", "tickets_on_open_topic"):
        assert raw(account, key) is None


def test_defect_share_is_over_ninety_days(account):
    make.open_ticket(account, days_ago=89, category="defect", solved_days_ago=80)
    for days_ago in (10, 20, 30):
        make.open_ticket(account, days_ago=days_ago, solved_days_ago=days_ago - 1)
    make.open_ticket(account, days_ago=90, category="defect", solved_days_ago=85)

    # 1 ÷ 4 = 0.25 → 75
    assert support("defect_share", account) == (0.25, Decimal("75.00"))


def test_days_to_resolution_is_a_median_in_which_open_tickets_count_their_age(account):
    make.open_ticket(account, days_ago=50, solved_days_ago=49)  # 1 day
    make.open_ticket(account, days_ago=40, solved_days_ago=35)  # 5 days
    make.open_ticket(account, days_ago=9)  # open: 9 days
    make.open_ticket(account, days_ago=120)  # still open: 120 days

    # median of 1, 5, 9, 120 = (5 + 9) ÷ 2 = 7 → 50
    assert support("days_to_resolution", account) == (7.0, Decimal("50.00"))


def test_a_ticket_solved_after_the_day_is_open_on_the_day(account):
    make.open_ticket(account, days_ago=40, solved_days_ago=10)

    # seen 20 days ago: open for 20 days; today: solved after 30
    assert raw(account, "days_to_resolution", day=ago(20)) == 20
    assert raw(account, "days_to_resolution") == 30


def test_tickets_on_an_open_topic_counts_the_solved_ones_too(account):
    make.open_ticket(account, days_ago=300, solved_days_ago=290, topic="sync")
    make.open_ticket(account, days_ago=100, solved_days_ago=90, topic="sync")
    make.open_ticket(account, days_ago=12, topic="sync")
    for days_ago in (50, 60, 70, 80):
        make.open_ticket(account, days_ago=days_ago, solved_days_ago=days_ago - 1, topic="login")

    assert raw(account, "tickets_on_open_topic") == 3
    assert raw(account, "tickets_on_open_topic", day=ago(13)) == 0


def test_a_repeat_is_one_as_soon_as_what_it_repeats_is_known(account):
    make.open_ticket(account, days_ago=20, topic="sync", learned_at=at(ago(3)))
    make.open_ticket(account, days_ago=10, topic="sync", learned_at=at(ago(10)))

    assert raw(account, "repeat_tickets", day=ago(4), as_known=True) == 0
    assert raw(account, "repeat_tickets", day=ago(3), as_known=True) == 1


def test_an_answer_after_the_day_is_none_on_it(account):
    """Three days later it waits for three days; the answer came after 96 hours."""
    make.open_ticket(
        make.make_account(), days_ago=600, solved_days_ago=1, first_reply_at=at(ago(600))
    )
    make.open_ticket(account, days_ago=10, first_reply_at=at(ago(6)))

    assert raw(account, "first_reply_hours", day=ago(7)) == 72
    assert raw(account, "first_reply_hours", day=ago(6)) == 96
