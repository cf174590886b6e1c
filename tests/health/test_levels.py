"""Levels of use: worked by hand, then against a small oracle that reads rows one by one."""

import random
from datetime import date, timedelta

import pytest

from accounts.catalogue import ActorClass
from accounts.models import UsageDay, UserMonth
from tests.health import builders as make
from tests.health.builders import DAY, ago
from tests.health.reading import raw

pytestmark = pytest.mark.django_db
WAYS = ["facts", "block"]
ways = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def reports():
    return make.make_feature(key="reports", is_core=False)


@ways
def test_events_of_a_feature_are_those_of_its_window_by_people(way, reports):
    account = make.make_account(seats=20)
    other = make.make_feature(key="exports")
    make.use(account, reports, days_ago=[0, 27], events=30)  # 60 in 28 days
    make.use(account, reports, days_ago=[28], events=40)  # 100 in 56
    make.use(account, reports, days_ago=[83, 84, 400], events=7)  # 107 in 84
    make.use(account, other, days_ago=range(9), events=500)
    make.use(account, reports, days_ago=[3], events=900, actor=ActorClass.AGENT)
    make.use(account, reports, days_ago=[4], events=50, actor=ActorClass.SERVICE)

    def level(chosen=""):
        return raw(account, f"feature_events(feature=reports{chosen})", way=way)

    assert [level(), level(", days=56"), level(", days=84")] == [60, 100, 107]
    assert [level(", by=agents"), level(", by=services")] == [900, 50]
    assert level(", by=everyone") == 60 + 900 + 50
    assert level(", per=seats") == 3  # 60 ÷ 20


@ways
def test_a_level_per_arr_is_per_thousand_of_the_installations_currency(way, reports):
    account = make.make_account()
    make.move_arr(account, 24_000, days_ago=300)
    make.use(account, reports, days_ago=[1, 400], events=60)
    unpaid = make.make_account()

    # 60 ÷ 24
    assert raw(account, "feature_events(feature=reports, per=arr)", way=way) == 2.5
    assert raw(unpaid, "feature_events(feature=reports, per=arr)", way=way) is None


@ways
def test_a_level_per_active_person_counts_the_people_of_its_own_window(way, reports):
    account = make.make_account()
    make.use(account, reports, days_ago=[1, 30, 400], events=60)
    make.be_active(account, "ada", days_ago=[1, 400])
    make.be_active(account, "bo", days_ago=[50, 1])
    make.be_active(account, "cy", days_ago=[55, 56])
    make.be_active(account, "bot", days_ago=[1], actor=ActorClass.AGENT)

    assert raw(account, "feature_events(feature=reports, per=people)", way=way) == 30  # 60 ÷ 2
    name = "feature_events(feature=reports, per=people, days=56)"
    assert raw(account, name, way=way) == 40  # 120 ÷ 3
    assert raw(account, "active_people", way=way) == 2
    assert raw(account, "active_people(days=56)", way=way) == 3


@ways
def test_the_value_of_a_feature_is_what_its_events_are_worth_together(way, reports):
    account = make.make_account(seats=20)
    make.move_arr(account, 24_000, days_ago=300)
    make.use(account, reports, days_ago=[0, 27], events=3, value=20.25)  # 40.5 in 28 days
    make.use(account, reports, days_ago=[5], events=9)  # nobody says what these are worth
    make.use(account, reports, days_ago=[6], events=1, value=-0.5)  # paid back
    make.use(account, reports, days_ago=[28, 400], events=1, value=100)  # 140 in 56
    make.use(account, reports, days_ago=[3], value=7, actor=ActorClass.AGENT)
    untouched = make.make_account(seats=20)

    def worth(chosen="", of=account):
        return raw(of, f"feature_value(feature=reports{chosen})", way=way)

    assert [worth(), worth(", days=56"), worth(", by=everyone")] == [40, 140, 47]
    assert worth(", per=seats") == 2  # 40 ÷ 20
    assert worth(", per=arr") == pytest.approx(40 / 24)
    assert worth(of=untouched) == 0


@ways
def test_a_value_that_nobody_tells_is_missing_and_says_why(way, reports):
    """Told for 14 of 28 days it counts twice; told for less it is missing."""
    account = make.make_account()
    make.use(account, reports, days_ago=[1, 400], events=5)
    name = "feature_value(feature=reports)"
    assert raw(account, name, way=way) is None
    make.use(account, reports, days_ago=[12], value=10)
    assert raw(account, name, way=way) is None
    make.use(account, reports, days_ago=[13], value=20)
    assert raw(account, name, way=way) == 60


@ways
def test_a_value_counts_from_the_day_on_which_it_was_learned(way, reports):
    account = make.make_account()
    make.use(account, reports, days_ago=[400], value=1)
    make.use(account, reports, days_ago=[10], value=8)
    make.use(account, reports, days_ago=[10], events=0, value=5, learned_on=ago(3))
    name = "feature_value(feature=reports)"
    assert raw(account, name, way=way) == 13
    assert raw(account, name, way=way, day=ago(4), as_known=True) == 8


@ways
def test_usage_of_four_weeks_is_held_against_that_of_twelve(way, reports):
    account, young, silent = (make.make_account(customer_since=ago(50)) for _ in range(3))
    other = make.make_feature(key="exports")
    make.use(account, reports, days_ago=[0, 27], events=20)  # 40 ÷ 28 a day
    make.use(account, other, days_ago=[28, 83], events=40)  # 120 ÷ 84 a day
    make.use(account, other, days_ago=[84, 400], events=900)
    make.use(account, other, days_ago=[3], events=900, actor=ActorClass.AGENT)
    make.use(young, reports, days_ago=[1], events=28)  # 1 a day; 51 in 51 days are 1 as well
    make.use(young, reports, days_ago=[40], events=23)

    assert raw(account, "usage_against_baseline", way=way) == pytest.approx(0)
    assert raw(young, "usage_against_baseline", way=way) == pytest.approx(0)
    assert raw(silent, "usage_against_baseline", way=way) == -1
    assert raw(account, "usage_against_baseline(by=agents)", way=way) == pytest.approx(2)


@ways
def test_never_used_is_nothing_and_is_a_value(way, reports):
    busy, silent = make.make_account(), make.make_account()
    make.use(busy, reports, days_ago=range(120))
    make.be_active(busy, "ada", days_ago=range(120))
    make.happen(busy, "upsell_declined", days_ago=300)
    make.make_feature(key="exports")

    for name in (
        "feature_events(feature=reports)",
        "feature_events(feature=reports, per=people)",
        "feature_events(feature=reports, per=seats)",
        "feature_weeks(feature=reports)",
        "feature_ratio(feature=reports, against=exports)",
        "active_people",
        "agent_share",
        "agent_share_trend",
        "event_count(kind=upsell_declined)",
    ):
        assert raw(silent, name, way=way) == 0, name


@ways
def test_a_level_without_a_source_plan_or_history_is_missing(way, reports):
    assert raw(make.make_account(), "feature_events(feature=reports)", way=way) is None
    busy = make.make_account()
    make.use(busy, make.make_feature(), days_ago=range(200))
    plan = make.make_plan(key="lean")
    make.make_feature(key="premium", plans=["pro"])
    make.make_feature(key="gone", valid_to=ago(3))
    make.make_feature(key="fresh", valid_from=ago(12))  # 13 days
    lean = make.make_account(plan=plan)

    for feature in ("premium", "gone", "fresh", "unheard-of"):
        assert raw(lean, f"feature_events(feature={feature})", way=way) is None, feature
        assert raw(lean, f"feature_weeks(feature={feature})", way=way) is None, feature
        ratio = f"feature_ratio(feature=reports, against={feature})"
        assert raw(lean, ratio, way=way) is None, feature


@ways
def test_a_level_of_a_young_feature_is_scaled_to_the_days_it_is_there(way):
    account = make.make_account()
    make.use(account, make.make_feature(), days_ago=range(200))
    young = make.make_feature(key="young", valid_from=ago(20))  # 21 days
    make.use(account, young, days_ago=[20, 5], events=30)

    assert raw(account, "feature_events(feature=young)", way=way) == pytest.approx(60 * 28 / 21)
    # 21 of 84 days are less than half of twelve weeks.
    assert raw(account, "feature_weeks(feature=young)", way=way) is None


@ways
def test_weeks_of_the_last_twelve(way, reports):
    account = make.make_account()
    # In the latest week twice, in the second (days 7 to 13), the twelfth, and the one before it.
    make.use(account, reports, days_ago=[0, 6, 13, 77, 83, 84], events=1)
    make.use(account, reports, days_ago=[30], events=0)
    make.use(account, reports, days_ago=[40], actor=ActorClass.AGENT)

    assert raw(account, "feature_weeks(feature=reports)", way=way) == 3
    assert raw(account, "feature_weeks(feature=reports, by=everyone)", way=way) == 4


@ways
def test_a_ratio_of_two_features(way, reports):
    account, exports = make.make_account(), make.make_feature(key="exports")
    make.use(account, reports, days_ago=[1, 300], events=12)
    name = "feature_ratio(feature=exports, against=reports)"

    assert raw(account, name, way=way) == 0
    # Nothing to hold it against counts as one event.
    assert raw(account, "feature_ratio(feature=reports, against=exports)", way=way) == 12
    make.use(account, exports, days_ago=[27, 28], events=9)
    assert raw(account, name, way=way) == 0.75


@ways
def test_the_share_of_agents_and_its_trend(way, reports):
    account = make.make_account()
    make.use(account, reports, days_ago=[1, 29, 300], events=30)
    make.use(account, make.make_feature(), days_ago=[2, 50], events=10)
    make.use(account, reports, days_ago=[3], events=60, actor=ActorClass.AGENT)
    make.use(account, reports, days_ago=[55], events=10, actor=ActorClass.AGENT)

    assert raw(account, "agent_share", way=way) == 0.6  # 60 of 100
    assert raw(account, "agent_share(days=56)", way=way) == pytest.approx(70 / 150)
    assert raw(account, "agent_share_trend", way=way) == pytest.approx(0.6 - 10 / 50)


@ways
def test_events_of_a_kind_are_counted_from_the_day_they_were_learned(way):
    account = make.make_account()
    make.happen(account, "upsell_declined", days_ago=400)
    make.happen(account, "upsell_declined", days_ago=29)
    make.happen(account, "upsell_declined", days_ago=30)
    make.happen(account, "upsell_declined", days_ago=5, learned_days_ago=2)
    make.happen(account, "renewal_pushback", days_ago=5)

    assert raw(account, "event_count(kind=upsell_declined, days=30)", way=way) == 2
    assert raw(account, "event_count(kind=upsell_declined)", way=way) == 3
    then = {"day": ago(3), "as_known": True, "way": way}
    assert raw(account, "event_count(kind=upsell_declined, days=26)", **then) == 0
    then["day"] = ago(2)
    assert raw(account, "event_count(kind=upsell_declined, days=26)", **then) == 1


@ways
def test_a_day_that_is_not_over_is_in_no_window_of_use(way, reports):
    account = make.make_account()
    make.use(account, reports, days_ago=[0, 28, 300], events=10)
    make.be_active(account, "ada", days_ago=[0, 300])
    make.be_active(account, "bo", days_ago=[28])

    for name, expected in (
        ("feature_events(feature=reports)", 10),
        ("feature_weeks(feature=reports)", 1),
        ("active_people", 1),
    ):
        assert raw(account, name, way=way, open_day=DAY) == expected, name


@ways
def test_use_learned_after_the_day_is_not_peeked_at_by_levels(way, reports):
    account = make.make_account()
    make.use(account, reports, days_ago=[300])
    make.use(account, reports, days_ago=[50], events=7, learned_on=ago(45))

    def then(name, days_ago):
        return raw(account, name, day=ago(days_ago), as_known=True, way=way)

    for name, known in (
        ("feature_events(feature=reports)", 7),
        ("feature_weeks(feature=reports)", 1),
    ):
        assert [then(name, 46), then(name, 45)] == [0, known]


# The oracle: every row, one by one. It shares no code with the product.


def oracle(account, name, day, known):
    """Of an account that was there all the time."""

    def events(feature, actors, oldest, newest=0):
        return sum(
            row.events
            for row in UsageDay.objects.filter(account=account, learned_on__lte=known)
            if newest <= (day - row.day).days < oldest
            and row.actor in actors
            and (feature is None or row.feature.key == feature)
        )

    def people(days):
        seen = set()
        for row in UserMonth.objects.filter(account=account, actor=0):
            active = [row.month + timedelta(days=n) for n in range(31) if row.days >> n & 1]
            if any(0 <= (day - each).days < days for each in active):
                seen.add(row.user_key)
        return len(seen)

    def share(newest):
        total = events(None, (0, 1, 2), newest + 28, newest)
        return events(None, (2,), newest + 28, newest) / total if total else 0

    return {
        "feature_events(feature=a)": lambda: events("a", (0,), 28),
        "feature_events(feature=b, per=seats, days=84, by=everyone)": lambda: (
            events("b", (0, 1, 2), 84) / account.seats
        ),
        "feature_events(feature=a, per=people, days=56)": lambda: (
            events("a", (0,), 56) / max(people(56), 1)
        ),
        "feature_weeks(feature=a, by=everyone)": lambda: sum(
            events("a", (0, 1, 2), 7 * week + 7, 7 * week) > 0 for week in range(12)
        ),
        "feature_ratio(feature=a, against=b, days=56, by=everyone)": lambda: (
            events("a", (0, 1, 2), 56) / max(events("b", (0, 1, 2), 56), 1)
        ),
        "active_people(days=84)": lambda: people(84),
        "agent_share": lambda: share(0),
        "agent_share_trend": lambda: share(0) - share(28),
    }[name]()


ORACLE_NAMES = (
    "feature_events(feature=a)",
    "feature_events(feature=b, per=seats, days=84, by=everyone)",
    "feature_events(feature=a, per=people, days=56)",
    "feature_weeks(feature=a, by=everyone)",
    "feature_ratio(feature=a, against=b, days=56, by=everyone)",
    "active_people(days=84)",
    "agent_share",
    "agent_share_trend",
)


def wander(dice, account, features):
    """Use at random: by all kinds of actors, some of it learned late."""
    rows = {}
    for _ in range(160):
        back, late = dice.randrange(0, 160), dice.choice([0, 0, 0, dice.randrange(1, 40)])
        key = (ago(back), dice.choice(features), dice.randrange(3), ago(max(back - late, 0)))
        rows[key] = dice.randrange(0, 9)
    UsageDay.objects.bulk_create(
        UsageDay(account=account, day=d, feature=f, actor=a, learned_on=k, events=e)
        for (d, f, a, k), e in rows.items()
    )
    for user in "abcdef":
        actor = dice.choice([ActorClass.PERSON, ActorClass.PERSON, ActorClass.AGENT])
        make.be_active(account, user, days_ago=dice.sample(range(160), 6), actor=actor)


@pytest.mark.parametrize("seed", range(3))
def test_every_level_equals_the_oracle(seed):
    dice = random.Random(seed)
    features = [make.make_feature(key=key, valid_from=date(2020, 1, 1)) for key in "ab"]
    account = make.make_account(seats=dice.randrange(3, 30))
    make.use(account, features[0], days_ago=[700])
    make.be_active(account, "first", days_ago=[700])
    wander(dice, account, features)

    for name in ORACLE_NAMES:
        for days_ago, as_known in ((0, False), (9, True), (33, True)):
            day = ago(days_ago)
            known = day if as_known else DAY
            expected = oracle(account, name, day, known)
            for way in WAYS:
                found = raw(account, name, day=day, as_known=as_known, way=way)
                assert found == pytest.approx(expected), (name, day, way)
