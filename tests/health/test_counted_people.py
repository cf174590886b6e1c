"""People of a source that counts them without saying who: worked by hand."""

import pytest

from accounts.models import ActiveUsersDay, UsageDay, UsageWeek
from health.facts.sources import connected_sources, read_spans
from health.measures import FactSource
from tests.health import builders as make
from tests.health.builders import ago
from tests.health.reading import WAYS, raw

pytestmark = [pytest.mark.usefixtures("library"), pytest.mark.parametrize("way", WAYS)]


def count(account, users, *, days_ago, learned_days_ago=None):
    learned = days_ago if learned_days_ago is None else learned_days_ago
    ActiveUsersDay.objects.create(
        account=account, day=ago(days_ago), learned_on=ago(learned), users=users
    )


def counted_account():
    """12 seats: 5 people on most days, 9 on one, and 11 on one before the window."""
    account = make.make_account(seats=12)
    for back in range(60):
        count(account, {10: 9, 28: 11}.get(back, 5), days_ago=back)
    return account


def test_active_users_are_at_least_the_largest_count_of_the_window(way):
    account = counted_account()
    assert raw(account, "users_active", way=way) == pytest.approx(9 / 12)
    assert raw(account, "active_people(days=28)", way=way) == 9
    assert raw(account, "active_people(days=56)", way=way) == 11


def test_on_which_days_each_was_active_is_unknown_and_not_zero(way):
    account = counted_account()
    make.sign(account, days_ago=60)
    assert raw(account, "login_frequency", way=way) is None
    assert raw(account, "users_logged_in_since_start", way=way) is None


def test_counted_to_be_nobody_is_zero(way):
    account = make.make_account(seats=12)
    for back in range(30):
        count(account, 0, days_ago=back)
    assert raw(account, "users_active", way=way) == 0
    assert raw(account, "login_frequency", way=way) == 0


def test_people_who_are_known_one_by_one_come_first(way):
    account = counted_account()
    make.be_active(account, "ada", days_ago=range(28))
    assert raw(account, "users_active", way=way) == pytest.approx(1 / 12)
    assert raw(account, "login_frequency", way=way) == pytest.approx(30)


def test_a_count_learned_later_is_not_peeked_at(way):
    account = make.make_account(seats=10)
    for back in range(60):
        count(account, 2, days_ago=back)
    count(account, 4, days_ago=8, learned_days_ago=3)

    def share(days_ago):
        return raw(account, "users_active", day=ago(days_ago), as_known=True, way=way)

    assert [share(4), share(3)] == pytest.approx([0.2, 0.6])


def test_a_source_that_counts_is_connected_since_its_first_day(way):
    account = make.make_account(seats=10)
    count(account, 2, days_ago=40)
    count(account, 2, days_ago=3)
    assert FactSource.ACTIVITY in connected_sources()
    spans = {source: (first, latest) for source, first, latest in read_spans(zone="UTC")}
    assert spans[FactSource.ACTIVITY.value] == (ago(40), ago(3))
    make.be_active(account, "ada", days_ago=50)
    spans = {source: (first, latest) for source, first, latest in read_spans(zone="UTC")}
    assert spans[FactSource.ACTIVITY.value] == (ago(50), ago(3))


def test_four_sums_of_weeks_are_the_events_of_four_weeks(way):
    """On whichever weekday they end, each window of four weeks has four of them."""
    account = make.make_account()
    feature = make.make_feature()
    for week in range(20):
        events = 70 if week < 4 else 35
        key = {"account": account, "day": ago(5 + 7 * week), "feature": feature}
        UsageDay.objects.create(**key, actor=0, learned_on=key["day"], events=events)
        UsageWeek.objects.create(**key, actor=0)
    name = f"feature_events(feature={feature.key})"
    assert raw(account, name, way=way) == 280
    # 280 ÷ 140 − 1 of four weeks, (280 + 140) ÷ 280 − 1 of eight: their mean.
    assert raw(account, "usage_trend", way=way) == pytest.approx((1 + 0.5) / 2)
    assert raw(account, f"feature_weeks(feature={feature.key})", way=way) == 12
