"""Each shipped scorecard once from facts to the cent.

A small account per card, its facts below, what they come to beside them; from there on the figures
are those of tests/golden/health/cards.py, which shares no code with the product.
"""

from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest

from accounts.models import SessionDay
from health.models import HealthScore
from health.publishing import install_library
from health.queries.rules import RuleContent
from health.queries.scorecards import published_card
from health.recompute import recompute
from surveys.models import Response
from tests.cards import put_rules_in_force
from tests.golden.health.cards import worked
from tests.health import builders as make
from tests.health.builders import DAY, NOW

pytestmark = pytest.mark.django_db
MONTH = range(28)


def work(account, *, sessions, minutes, days_ago=4):
    day = make.ago(days_ago)
    SessionDay.objects.create(
        account=account, day=day, learned_on=day, sessions=sessions, minutes=minutes
    )


@pytest.fixture(autouse=True)
def sources():
    """The library as it is shipped, and a company whose sources have delivered for two years."""
    install_library(now=NOW)
    old = make.make_account()
    make.use(old, make.make_feature(plans=["of nobody"]), days_ago=700)
    make.be_active(old, "old", days_ago=700)
    work(old, sessions=1, minutes=1, days_ago=700)
    make.open_ticket(old, days_ago=700, solved_days_ago=700)
    make.talk(old, make.make_contact(old), days_ago=700)
    make.happen(old, "reorganisation", days_ago=700)
    make.say(old, 3, days_ago=700)


def judged(account):
    """The closed day: card, raw values, readings, components and score as they are stored."""
    recompute(day=DAY, now=NOW + timedelta(days=1))
    row = HealthScore.objects.get(account=account, day=DAY)
    spec = published_card(row.scorecard_id).spec
    raw = dict(zip(spec.raw_keys, row.raw, strict=True))
    readings = dict(zip(spec.measure_keys, row.readings, strict=True))
    components = dict(zip(spec.component_keys, row.components, strict=True))
    return spec.key, raw, readings, components, row.score


def assert_to_the_cent(account, card, raw, **gates):
    key, found, readings, components, score = judged(account)
    assert key == card
    assert {name: found[name] for name in raw} == {
        name: pytest.approx(float(value)) for name, value in raw.items()
    }
    lacking = {name for name, value in found.items() if np.isnan(value)}
    expected_readings, expected_components, expected_score = worked(card, raw, **gates)
    assert {n: v for n, v in readings.items() if v >= 0} == {
        name: int(value * 100) for name, value in expected_readings.items()
    }
    assert lacking.isdisjoint(expected_readings)
    assert {n: v for n, v in components.items() if v >= 0} == {
        name: int(value * 100) for name, value in expected_components.items()
    }
    assert score == expected_score
    return expected_score


def core_features(plan, count=4):
    return [make.make_feature(plans=[plan.key]) for _ in range(count)]


def test_four_inputs(sources):
    plan = make.make_plan()
    reports, exports, alerts, _unused = core_features(plan)
    account = make.make_account(plan=plan, seats=20)
    make.move_arr(account, 40_000, days_ago=500)
    make.move_arr(account, -2_000, days_ago=100, kind="contraction")
    # 12 + 9 + 6 active days of three people: 27 ÷ 3 × 30 ÷ 28; 3 of 20 seats.
    for user, days in (("ada", 12), ("bo", 9), ("cy", 6)):
        make.be_active(account, user, days_ago=range(0, 2 * days, 2))
    # 3 of 4 core features. 90 events in 28 days, 100 before; 190 in 56 days, 200 before.
    make.use(account, reports, days_ago=0, events=50)
    make.use(account, exports, days_ago=5, events=30)
    make.use(account, alerts, days_ago=27, events=10)
    make.use(account, reports, days_ago=28, events=100)
    make.use(account, reports, days_ago=111, events=200)
    # In 30 days a defect (3) and billing (2) for 20 seats: 2.5 a ten; 90 days: 1 defect of 4.
    # Days to resolution 1, 3, 4 and 8: median 3.5.
    make.open_ticket(account, days_ago=10, solved_days_ago=9, category="defect")
    make.open_ticket(account, days_ago=29, solved_days_ago=26, category="billing")
    make.open_ticket(account, days_ago=40, solved_days_ago=36)
    make.open_ticket(account, days_ago=89, solved_days_ago=81)
    # One commercial conversation; an upsell declined costs 30 points of its 60.
    chief = make.make_contact(account, level="vp", roles=["champion"])
    user = make.make_contact(account)
    make.talk(account, user, days_ago=20, is_commercial=True)
    make.talk(account, chief, days_ago=70)
    make.happen(account, "upsell_declined", days_ago=50)
    make.invoice(account, due_days_ago=300, paid_days_ago=300)
    make.invoice(account, due_days_ago=60, paid_days_ago=48)  # 12 days late
    raw = {
        "login_frequency": Fraction(27, 3) * Fraction(30, 28),
        "users_active": "0.15",
        "core_feature_depth": "0.75",
        "usage_trend": (Fraction(90, 100) - 1 + Fraction(190, 200) - 1) / 2,
        "ticket_load": "2.5",
        "defect_share": "0.25",
        "days_to_resolution": "3.5",
        "arr_movement": Fraction(38, 40) - 1,
        "commercial_conversations_90d": 1,
        "worst_days_overdue_180d": 12,
        "champions": 1,
        "days_since_executive": 70,
        "days_since_conversation": 20,
        "levels_engaged_180d": 2,
    }
    # No expansion conversation but the declined one, which is one: the gate of flat ARR holds none.
    assert_to_the_cent(account, "four_inputs", raw, taken_off={"commercial_conversations_90d": 30})


def test_four_inputs_with_its_gates(sources):
    """Nothing core is used any more, a topic is unsolved, ARR is flat, the champion left: each of
    the four takes something off."""
    plan = make.make_plan()
    reports, *_unused = core_features(plan)
    account = make.make_account(plan=plan, seats=10)
    make.move_arr(account, 30_000, days_ago=1_200)
    make.sign(account, days_ago=1_200, term_months=12)
    make.sign(account, days_ago=835)
    make.sign(account, days_ago=470)
    make.sign(account, days_ago=105)
    # 0 in 28 days, 300 before; 300 in 56 days, 100 before: the trend alone says well done.
    make.use(account, reports, days_ago=30, events=300)
    make.use(account, reports, days_ago=80, events=100)
    make.be_active(account, "ada", days_ago=MONTH)
    for number in range(9):
        make.be_active(account, f"user-{number}", days_ago=range(20))
    make.open_ticket(account, days_ago=80, solved_days_ago=80, topic="export")
    make.open_ticket(account, days_ago=70, solved_days_ago=70, topic="export")
    make.open_ticket(account, days_ago=2, topic="export")
    make.make_contact(account, level="c_level", roles=["champion"], left_days_ago=20)
    director = make.make_contact(account, level="director")
    make.talk(account, director, days_ago=5, is_commercial=True)
    make.talk(account, director, days_ago=6, is_commercial=True)
    make.talk(account, director, days_ago=7, is_commercial=True)
    make.invoice(account, due_days_ago=200, paid_days_ago=200)
    raw = {
        "login_frequency": Fraction(28 + 9 * 20, 10) * Fraction(30, 28),
        "users_active": 1,
        "core_feature_depth": 0,
        "usage_trend": (Fraction(0, 300) - 1 + Fraction(300, 100) - 1) / 2,
        "ticket_load": 1,
        "defect_share": 0,
        "days_to_resolution": 0,
        "arr_movement": 0,
        "commercial_conversations_90d": 3,
        "worst_days_overdue_180d": 0,
        "champions": 0,
        "days_since_executive": 540,
        "days_since_conversation": 5,
        "levels_engaged_180d": 1,
    }
    caps = {"engagement": 49, "support": 30, "commercial": 60, "relationship": 25}
    assert_to_the_cent(account, "four_inputs", raw, caps=caps)
    _, without, _ = worked("four_inputs", raw)
    assert all(without[component] > cap for component, cap in caps.items())


def by_tier(tier, *, arr, more_arr):
    """An account of a tier: two people, half of four core features, two tickets, a champion."""
    plan = make.make_plan()
    reports, exports, *_unused = core_features(plan)
    account = make.make_account(plan=plan, seats=8, touch_tier=tier)
    make.move_arr(account, arr, days_ago=500)
    make.move_arr(account, more_arr, days_ago=30, kind="expansion")
    make.be_active(account, "ada", days_ago=range(22))
    make.be_active(account, "bo", days_ago=range(24))
    make.use(account, reports, days_ago=3, events=70)
    make.use(account, exports, days_ago=9, events=35)
    make.use(account, reports, days_ago=40, events=100)
    make.use(account, reports, days_ago=80, events=160)
    make.open_ticket(account, days_ago=4, solved_days_ago=2)
    make.open_ticket(account, days_ago=50, solved_days_ago=41, category="defect")
    chief = make.make_contact(account, level="c_level", roles=["champion"])
    second = make.make_contact(account, level="manager", roles=["champion"])
    make.talk(account, chief, second, days_ago=100)
    make.talk(account, second, days_ago=33, is_commercial=True)
    make.invoice(account, due_days_ago=200, paid_days_ago=200)
    make.invoice(account, due_days_ago=3)  # still unpaid
    raw = {
        "login_frequency": Fraction(22 + 24, 2) * Fraction(30, 28),
        "users_active": "0.25",
        "core_feature_depth": "0.5",
        "usage_trend": (Fraction(105, 100) - 1 + Fraction(205, 160) - 1) / 2,
        "ticket_load": 1,  # a how-to, and fewer than ten seats count as ten
        "defect_share": "0.5",
        "days_to_resolution": "5.5",
        "arr_movement": Fraction(more_arr, arr),
        "commercial_conversations_90d": 1,
        "worst_days_overdue_180d": 3,
        "champions": 2,
        "days_since_executive": 100,
        "days_since_conversation": 33,
        "levels_engaged_180d": 2,
    }
    return account, raw


def test_high_touch(sources):
    account, raw = by_tier("high", arr=20_000, more_arr=3_000)
    assert_to_the_cent(account, "high_touch", raw)


def test_low_touch(sources):
    account, raw = by_tier("low", arr=12_000, more_arr=700)
    make.happen(account, "renewal_pushback", days_ago=89)
    taken_off = {"commercial_conversations_90d": 40}
    assert_to_the_cent(account, "low_touch", raw, taken_off=taken_off)


def test_tech_touch(sources):
    """No conversation about money is waited for: what was declined costs at ARR movement."""
    account, raw = by_tier("tech", arr=5_000, more_arr=1_100)
    del raw["commercial_conversations_90d"]
    make.happen(account, "upsell_declined", days_ago=10)
    make.happen(account, "renewal_pushback", days_ago=20)
    assert_to_the_cent(account, "tech_touch", raw, taken_off={"arr_movement": 70})


def answer_nps(account, value, standing):
    Response.objects.create(
        account=account, external_id=make.unique("answer"), survey_key="nps", kind="nps",
        lowest=0, highest=10, value=value, standing=standing, moment="rhythm",
        answered_at=make.at(make.ago(50)), learned_at=make.at(make.ago(50)),
    )  # fmt: skip


def test_five_components(sources):
    """Which no shipped rule gives: here it is chosen for everybody."""
    put_rules_in_force([RuleContent("five_components")], now=NOW)
    plan = make.make_plan()
    reports, exports, *_unused = core_features(plan)
    minor = make.make_feature(is_core=False)
    account = make.make_account(plan=plan, seats=10)
    # 22 others, whose one person did 1 to 22 events and worked 10 to 220 minutes; with the old
    # company, which did nothing, and the account itself 24 are compared.
    for number in range(1, 23):
        other = make.make_account()
        make.be_active(other, "one", days_ago=4)
        make.use(other, minor, days_ago=4, events=number)
        work(other, sessions=1, minutes=10 * number)
    work(account, sessions=30, minutes=290)
    # 10 and 6 active days; in the four weeks that ended 84 days before, three people were.
    make.be_active(account, "ada", days_ago=range(10))
    make.be_active(account, "bo", days_ago=range(0, 12, 2))
    for user in ("ada", "cy", "dee"):
        make.be_active(account, user, days_ago=[84, 111])
    # 21 events of two people, two of four core features among them; 20 a quarter before.
    make.use(account, reports, days_ago=3, events=12)
    make.use(account, exports, days_ago=5, events=4)
    make.use(account, minor, days_ago=20, events=5)
    make.use(account, reports, days_ago=90, events=20)
    # Four of them tell a sentiment, three were rated when they were solved.
    for opened, solved, sentiment, satisfaction in (
        (5, 4, "negative", 2),
        (20, 15, "neutral", 5),
        (40, 38, "positive", 4),
        (60, 59, "positive", None),
        (89, 88, "", None),
    ):
        make.open_ticket(
            account, days_ago=opened, solved_days_ago=solved, sentiment=sentiment,
            satisfaction=satisfaction,
        )  # fmt: skip
    for value, standing in ((9, 1), (10, 1), (8, 0), (3, -1)):
        answer_nps(account, value, standing)
    make.say(account, 4, days_ago=45)
    make.talk(account, make.make_contact(account, level="vp"), days_ago=100)
    raw = {
        "login_frequency": Fraction(16, 2) * Fraction(30, 28),
        "core_feature_depth": "0.5",
        # 10.5 a person: ten others and the old company are below.
        "usage_events(per=people, percentile=segment)": Fraction(1150, 24),
        "sessions_per_user": 15,
        # 145 a person: 14 others and the old company are below.
        "minutes_per_user(percentile=segment)": Fraction(1550, 24),
        "users_active": "0.2",
        "nps": 25,
        "csm_sentiment": 3 + Fraction(90 - 45, 60),
        "executive_conversations": 1,
        "ticket_trend": Fraction(2, 30) / Fraction(5, 90) - 1,
        "ticket_sentiment": "0.25",
        "resolution_satisfaction": Fraction(2, 3),
        "users_growth": Fraction(2, 3) - 1,
        "usage_growth": Fraction(21, 20) - 1,
    }
    assert_to_the_cent(account, "five_components", raw)
    assert HealthScore.objects.get(account=account, day=DAY).band == "stable"


def test_onboarding(sources):
    plan = make.make_plan(first_value_days=30)
    reports, exports, *_unused = core_features(plan)
    account = make.make_account(
        plan=plan, seats=10, stage="onboarding", customer_since=make.ago(40)
    )
    make.sign(account, days_ago=40)
    make.move_arr(account, 60_000, days_ago=40)
    make.add_step(account, due_days_ago=33, done_days_ago=35)
    make.add_step(account, due_days_ago=20, done_days_ago=10)
    make.add_step(account, due_days_ago=1)
    make.add_step(account, due_days_ago=-5)
    for user in ("ada", "bo", "cy"):
        make.be_active(account, user, days_ago=[1, 2])
    make.use(account, reports, days_ago=30, events=3)
    make.use(account, exports, days_ago=2, events=1)
    make.talk(account, make.make_contact(account, met_days_ago=40), days_ago=19)
    make.happen(account, "first_value_moment", days_ago=6)  # day 34 of a plan of 30
    raw = {
        "onboarding_steps_done": Fraction(2, 3),
        "users_logged_in_since_start": "0.3",
        "core_features_since_start": "0.5",
        "days_since_contact_in_onboarding": 19,
        "first_value_days_late": 4,
    }
    assert_to_the_cent(account, "onboarding", raw)
