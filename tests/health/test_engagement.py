"""Product engagement: raw values and readings worked by hand, with the arithmetic beside them."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.catalogue import ActorClass
from tests.health import builders as make
from tests.health.builders import DAY, ago
from tests.health.reading import WAYS, judged, raw

pytestmark = [pytest.mark.usefixtures("library"), pytest.mark.parametrize("way", WAYS)]


def engagement(key, account, way, **how):
    return judged("four_inputs", key, account, way=way, **how)


def test_login_frequency_is_mean_active_days_per_active_user(way):
    account = make.make_account()
    make.be_active(account, "ada", days_ago=range(0, 28, 2))  # 14 days in the window
    make.be_active(account, "bo", days_ago=[27, 3, 40])  # 2 in the window, 1 before it
    make.be_active(account, "cy", days_ago=[28, 29])  # none in the window

    # (14 + 2) ÷ 2 users × 30 ÷ 28 = 8.5714 days, below 11 → 60
    value, points = engagement("login_frequency", account, way)
    assert value == pytest.approx(240 / 28)
    assert points == Decimal("60.00")


def test_login_frequency_of_nobody_active_is_zero_which_is_data(way):
    account = make.make_account()
    make.be_active(account, "ada", days_ago=[100])

    assert engagement("login_frequency", account, way) == (0.0, Decimal("20.00"))


def test_login_frequency_is_scaled_to_the_days_there_are(way):
    account = make.make_account()
    make.be_active(account, "ada", days_ago=range(20))  # 20 of 20 days of history

    # 20 active days × 28 ÷ 20 = 28 in four weeks, × 30 ÷ 28 = 30 days, above 20 → 100
    value, points = engagement("login_frequency", account, way)
    assert value == pytest.approx(30)
    assert points == Decimal("100.00")


def test_login_frequency_with_less_than_half_its_window_is_missing(way):
    account = make.make_account()
    make.be_active(account, "ada", days_ago=range(13))

    assert raw(account, "login_frequency", way=way) is None


def test_never_used_is_a_value_once_the_source_delivers(way):
    """Others are seen every day, so that nothing of this account is news."""
    busy, silent = make.make_account(), make.make_account()
    make.be_active(busy, "ada", days_ago=range(120))
    make.use(busy, make.make_feature(), days_ago=range(120))

    assert engagement("login_frequency", silent, way) == (0.0, Decimal("20.00"))
    assert engagement("users_active", silent, way) == (0.0, Decimal("0.00"))
    assert engagement("core_feature_depth", silent, way) == (0.0, Decimal("0.00"))
    assert engagement("usage_trend", silent, way) == (-0.5, Decimal("0.00"))


def test_without_a_source_nothing_is_known_of_use(way):
    account = make.make_account()
    make.make_feature()

    for key in ("login_frequency", "users_active", "core_feature_depth", "usage_trend"):
        assert raw(account, key, way=way) is None


def test_the_source_sees_an_account_since_it_is_a_customer(way):
    busy, young = make.make_account(), make.make_account(customer_since=ago(20))
    make.be_active(busy, "ada", days_ago=range(120))
    make.be_active(young, "bo", days_ago=[1, 2, 3])

    # 21 days: 3 active days × 28 ÷ 21 = 4 in four weeks, × 30 ÷ 28
    assert raw(young, "login_frequency", way=way) == pytest.approx(4 * 30 / 28)
    assert raw(young, "login_frequency", way=way, day=ago(8)) is None  # 13 days


def test_login_frequency_counts_exactly_four_weeks(way):
    """29 February in the window: 2 March 2024 looks back to 4 February."""
    account = make.make_account()
    day = date(2024, 3, 2)
    since = (DAY - day).days
    make.be_active(account, "ada", days_ago=[since, since + 27, since + 28, since + 80])

    # 2 March and 4 February count, 3 February does not: 2 × 30 ÷ 28
    assert raw(account, "login_frequency", way=way, day=day) == pytest.approx(60 / 28)


@pytest.mark.parametrize(
    ("key", "closed", "expected"),
    [
        # 10 events on each of the 7 latest closed days, 10 a week before that: nothing of today
        ("usage_trend", range(1, 113), 0.0),
        ("core_features_used_30d", [28], 1.0),
        ("core_features_used_30d", [29], 0.0),
        ("login_frequency", [28], 30 / 28),
        ("users_active", [28], 0.1),
        ("users_active", [29], 0.0),
    ],
)
def test_a_day_that_is_not_over_is_in_no_window(way, key, closed, expected):
    account, feature = make.make_account(), make.make_feature()
    make.use(account, feature, days_ago=[0, *closed, 150], events=10)
    make.be_active(account, "ada", days_ago=[*closed, 150])
    make.be_active(account, "bo", days_ago=[0])

    assert raw(account, key, way=way, open_day=DAY) == pytest.approx(expected)


def test_what_began_with_the_contract_counts_today_as_well(way):
    account, feature = make.make_account(), make.make_feature()
    make.sign(account, days_ago=40)
    make.use(account, feature, days_ago=[0])
    make.be_active(account, "ada", days_ago=[0])

    assert raw(account, "core_features_since_start", way=way, open_day=DAY) == 1
    assert raw(account, "users_logged_in_since_start", way=way, open_day=DAY) == 0.1


def test_users_active_is_a_share_of_seats(way):
    account = make.make_account(seats=20)
    for user in ("ada", "bo", "cy", "di", "ed"):
        make.be_active(account, user, days_ago=[5, 50])
    make.be_active(account, "gone", days_ago=[45])

    # 5 ÷ 20 = 0.25; from 0.2 → 40 to 0.5 → 75: 40 + 0.05 ÷ 0.3 × 35 = 45.8333
    assert engagement("users_active", account, way) == (0.25, Decimal("45.83"))


def test_users_active_without_seats_is_missing(way):
    account = make.make_account(seats=None)
    make.be_active(account, "ada", days_ago=range(60))

    assert raw(account, "users_active", way=way) is None


def test_core_feature_depth_counts_core_features_of_the_plan(way):
    plan = make.make_plan(key="pro")
    account = make.make_account(plan=plan)
    used, idle = make.make_feature(plans=["pro"]), make.make_feature()
    of_other_plan = make.make_feature(plans=["other"])
    surface = make.make_feature(is_core=False)
    retired = make.make_feature(valid_to=ago(10))
    for feature in (used, of_other_plan, surface, retired):
        make.use(account, feature, days_ago=range(0, 60, 3))
    make.use(account, idle, days_ago=[40])

    # 1 of 2 core features of the plan → 65
    assert engagement("core_feature_depth", account, way) == (0.5, Decimal("65.00"))
    assert raw(account, "core_features_used_30d", way=way) == 1


def test_core_features_are_counted_one_by_one_however_many_there_are(way):
    account = make.make_account()
    features = [make.make_feature() for _ in range(70)]
    for feature in features[:66]:
        make.use(account, feature, days_ago=[1, 2, 40, 70])

    assert raw(account, "core_features_used_30d", way=way) == 66
    assert raw(account, "core_feature_depth", way=way) == pytest.approx(66 / 70, abs=0.005)


def test_core_feature_depth_of_none_used_is_zero(way):
    account = make.make_account()
    core, surface = make.make_feature(), make.make_feature(is_core=False)
    make.use(account, surface, days_ago=range(60))
    make.use(account, core, days_ago=[200])

    assert engagement("core_feature_depth", account, way) == (0.0, Decimal("0.00"))
    assert raw(account, "core_features_used_30d", way=way) == 0


def test_core_feature_depth_of_a_plan_without_core_features_is_missing(way):
    account = make.make_account()
    make.use(account, make.make_feature(is_core=False), days_ago=range(60))

    assert raw(account, "core_feature_depth", way=way) is None


def test_usage_trend_is_the_mean_of_two_windows(way):
    account, feature = make.make_account(), make.make_feature()
    make.use(account, feature, days_ago=[0, 27], events=60)  # last 28: 120
    make.use(account, feature, days_ago=[28, 55], events=50)  # 28 before: 100
    make.use(account, feature, days_ago=[56, 111], events=100)  # 56 before: 200
    make.use(account, feature, days_ago=[112], events=999)  # outside

    # (120 ÷ 100 − 1 + 220 ÷ 200 − 1) ÷ 2 = (0.2 + 0.1) ÷ 2 = 0.15 → 92.5
    value, points = engagement("usage_trend", account, way)
    assert value == pytest.approx(0.15)
    assert points == Decimal("92.50")


def test_usage_trend_with_history_for_one_window_uses_that_one(way):
    account, feature = make.make_account(), make.make_feature()
    make.use(account, feature, days_ago=[0], events=80)
    make.use(account, feature, days_ago=[48], events=60)  # 49 days, 21 before the 28

    # 60 × 28 ÷ 21 = 80; 80 ÷ 80 − 1 = 0 → 70
    assert engagement("usage_trend", account, way) == (0.0, Decimal("70.00"))


def test_usage_trend_with_too_little_history_is_missing(way):
    account, feature = make.make_account(), make.make_feature()
    make.use(account, feature, days_ago=[0, 40], events=10)  # 41 days

    assert raw(account, "usage_trend", way=way) is None


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        ([5, 300], 0.2),  # none before, some now: +20 % in both windows
        ([300], -0.5),  # none in either
        ([45, 300], -0.4),  # 28 days: −100 %; 56 days: nothing before, some now: +20 %
    ],
)
def test_usage_trend_says_what_nothing_means(way, days_ago, expected):
    account, feature = make.make_account(), make.make_feature()
    make.use(account, feature, days_ago=days_ago, events=10)

    assert raw(account, "usage_trend", way=way) == pytest.approx(expected)


def test_usage_learned_after_the_day_is_not_peeked_at(way):
    account, feature = make.make_account(), make.make_feature()
    make.use(account, feature, days_ago=range(150, 300), events=1)
    make.use(account, feature, days_ago=[105], events=5, learned_on=ago(95))

    def used(days_ago):
        how = {"day": ago(days_ago), "as_known": True, "way": way}
        return raw(account, "core_features_used_30d", **how)

    assert used(96) == 0
    assert used(95) == 1


@pytest.mark.parametrize("actor", [ActorClass.SERVICE, ActorClass.AGENT])
def test_only_people_are_counted(way, actor):
    account, core = make.make_account(seats=4), make.make_feature(is_core=True)
    make.be_active(account, "ada", days_ago=range(0, 28, 2))
    make.be_active(account, "bot", days_ago=range(60), actor=actor)
    make.use(account, core, days_ago=[3, 40, 111], events=10)
    make.use(account, core, days_ago=range(20), events=900, actor=actor)

    assert raw(account, "login_frequency", way=way) == pytest.approx(15)  # 14 days × 30 ÷ 28
    assert raw(account, "users_active", way=way) == pytest.approx(0.25)  # one of four seats
    # 10 in the last and in the previous 28 days, 20 and 10 in the last and previous 56:
    # the mean of 0 % and 100 %
    assert raw(account, "usage_trend", way=way) == pytest.approx(0.5)


def test_an_account_that_only_agents_use_is_used_by_nobody(way):
    account, core = make.make_account(seats=4), make.make_feature(is_core=True)
    make.be_active(account, "bot", days_ago=range(200), actor=ActorClass.AGENT)
    make.use(account, core, days_ago=range(200), events=900, actor=ActorClass.AGENT)

    # Both sources deliver, of nobody: data, not missing.
    assert raw(account, "login_frequency", way=way) == 0
    assert raw(account, "core_feature_depth", way=way) == 0
    assert raw(account, "usage_trend", way=way) == -0.5
