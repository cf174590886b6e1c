"""Sessions count from the day they were learned on, and in whole closed days."""

import pytest

from accounts.models import ActiveUsersDay
from tests.health import builders as make
from tests.health.builders import DAY, ago
from tests.health.reading import raw

pytestmark = pytest.mark.django_db
ways = pytest.mark.parametrize("way", ["facts", "block"])


@pytest.fixture
def account():
    account = make.make_account()
    make.be_active(account, "ada", days_ago=[10, 400])
    make.work(account, days_ago=[400], sessions=1, minutes=1)
    return account


@ways
def test_sessions_count_from_the_day_they_were_learned_on(way, account):
    make.work(account, days_ago=[10], sessions=4, minutes=60)
    make.work(account, days_ago=[10], sessions=2, minutes=20, learned_on=ago(3))

    assert raw(account, "sessions_per_user", way=way) == 6
    assert raw(account, "sessions_per_user", way=way, day=ago(4), as_known=True) == 4
    assert raw(account, "minutes_per_user", way=way, day=ago(3), as_known=True) == 80


@ways
def test_a_day_that_is_not_over_is_in_no_window(way, account):
    make.work(account, days_ago=[0, 28], sessions=4, minutes=60)

    assert raw(account, "sessions_per_user", way=way) == 4
    assert raw(account, "sessions_per_user", way=way, open_day=DAY) == 4
    assert raw(account, "sessions_per_user(days=56)", way=way, open_day=DAY) == 4


@ways
def test_who_is_no_customer_of_any_day_is_there_since_the_first_use(way, account):
    """Use, where sessions of the window alone say too little."""
    unnamed = make.make_account(customer_since=None)
    make.use(unnamed, make.make_feature(), days_ago=[300])
    make.be_active(unnamed, "bo", days_ago=[1])
    make.work(unnamed, days_ago=[1], sessions=5, minutes=10)

    assert raw(unnamed, "sessions_per_user", way=way) == 5


@ways
def test_growth_of_users_knows_people_that_are_only_counted(way):
    account = make.make_account()
    ActiveUsersDay.objects.bulk_create(
        ActiveUsersDay(account=account, day=day, learned_on=day, users=users)
        for day, users in ((ago(3), 9), (ago(27), 4), (ago(84), 6), (ago(300), 1))
    )
    assert raw(account, "users_growth", way=way) == 0.5  # 9 ÷ 6 − 1
