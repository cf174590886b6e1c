"""A card fitted to what is connected, by hand; weights add up, whatever they were."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from health.scoring import (
    ComponentSpec,
    GateSpec,
    MeasureSpec,
    Penalty,
    ScorecardSpec,
    parse_conditions,
    parse_curve,
)
from health.scoring.fitted_cards import fit, spread

CURVE = parse_curve("0 -> 0, 1 -> 100")


def measure(key, weight, *penalties):
    return MeasureSpec(key, Decimal(weight), CURVE, penalties)


def gate(key, component, when):
    return GateSpec(key, key, component, parse_conditions(when), Decimal(49))


TALKS = measure("talks", 25, Penalty("declined", Decimal(30)), Penalty("pushback", Decimal(40)))
INNER = ComponentSpec("inner", "Inner", Decimal(60), measures=(measure("steps", 100),))
OTHER = ComponentSpec("other", "Other", Decimal(40), measures=(measure("value", 100),))
CARD = ScorecardSpec(
    key="card",
    version=1,
    name="Card",
    components=(
        ComponentSpec("use", "Use", Decimal(35), (measure("depth", 60), measure("active", 40))),
        ComponentSpec("support", "Support", Decimal(25), (measure("tickets", 100),)),
        ComponentSpec(
            "money", "Money", Decimal(20), (measure("arr", 50), TALKS, measure("pay", 25))
        ),
        ComponentSpec("start", "Start", Decimal(20), components=(INNER, OTHER)),
    ),
    bands=(),
    gates=(
        gate("unused", "use", "features = 0"),
        gate("topic", "support", "topics ≥ 3"),
        gate("late", "money", "arr ≤ 0"),
    ),
)
EVERYTHING = {*CARD.raw_keys}


def test_what_is_judged_keeps_its_proportions():
    found = fit(CARD, judged=EVERYTHING - {"depth", "features", "tickets", "steps", "talks"})

    assert found.measures == ("depth", "tickets", "talks", "steps")
    assert found.components == ("support", "inner")
    assert found.gates == ("unused", "topic")
    # 35 : 20 : 20 of 75, two hundredths to the first of equal remainders
    assert found.component_weights == {
        "use": Decimal("46.67"),
        "money": Decimal("26.67"),
        "start": Decimal("26.66"),
        "other": Decimal(100),
    }
    # 50 : 25 of 75
    assert found.measure_weights == {
        "active": Decimal(100),
        "arr": Decimal("66.67"),
        "pay": Decimal("33.33"),
        "value": Decimal(100),
    }


def test_points_taken_off_stay_where_they_are_known():
    assert fit(CARD, judged=EVERYTHING - {"pushback"}).penalties == {
        "talks": (Penalty("declined", Decimal(30)),)
    }


def test_a_card_that_is_judged_whole_stays_as_it_is():
    found = fit(CARD, judged=EVERYTHING)

    assert (found.measures, found.components, found.gates, found.penalties) == ((), (), (), {})
    assert found.component_weights == {c.key: c.weight for _, c in CARD.walk()}
    assert found.measure_weights == {m.key: m.weight for m in CARD.measures}


def test_nothing_is_left_of_a_card_that_nobody_delivers_to():
    found = fit(CARD, judged=set())

    assert found.is_empty
    assert found.components == CARD.component_keys
    assert fit(replace(CARD, components=()), judged=EVERYTHING).is_empty


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=12))
def test_spread_weights_add_up_to_the_hundredth(hundredths):
    weights = {str(place): Decimal(value) / 100 for place, value in enumerate(hundredths)}
    found = spread(weights)

    total = sum(weights.values())
    assert sum(found.values()) == 100
    assert all(abs(found[key] - weights[key] * 100 / total) < Decimal("0.01") for key in weights)
