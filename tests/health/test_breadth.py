"""Breadth on past days and on a day that is not over."""

import pytest

from tests.health import builders as make
from tests.health.builders import DAY, ago
from tests.health.reading import raw

pytestmark = pytest.mark.django_db
ways = pytest.mark.parametrize("way", ["facts", "block"])


@pytest.fixture
def account():
    account = make.make_account()
    make.use(account, make.make_feature(), days_ago=[400])
    make.be_active(account, "ada", days_ago=[400])
    return account


@ways
def test_a_feature_was_used_from_the_day_it_was_learned_on(way, account):
    make.use(account, make.make_feature(), days_ago=[10])
    make.use(account, make.make_feature(), days_ago=[10], learned_on=ago(3))

    assert raw(account, "features_used", day=ago(4), as_known=True, way=way) == 1
    assert raw(account, "features_used", day=ago(3), as_known=True, way=way) == 2
    assert raw(account, "feature_breadth", way=way) == pytest.approx(2 / 3)


@ways
def test_a_day_that_is_not_over_is_in_no_window(way, account):
    make.use(account, make.make_feature(), days_ago=[0])
    make.use(account, make.make_feature(), days_ago=[28])
    make.be_active(account, "ada", days_ago=[0, 1, 28])

    assert raw(account, "features_used", open_day=DAY, way=way) == 1
    assert raw(account, "active_days", open_day=DAY, way=way) == 2
    assert raw(account, "active_days", way=way) == 2
    assert raw(account, "active_days", day=ago(1), way=way) == 2


@ways
def test_what_a_plan_offers_is_as_of_the_day(way, account):
    young = make.make_feature(valid_from=ago(5))
    make.use(account, young, days_ago=[5])

    assert raw(account, "feature_breadth", day=ago(6), way=way) == 0
    assert raw(account, "feature_breadth", way=way) == 0.5
