"""What connected sources can judge, by hand: 35 / 25 / 40 points of a card."""

from decimal import Decimal

from health.scoring import ComponentSpec, MeasureSpec, ScorecardSpec, parse_curve
from health.scoring.coverage import source_coverage

CURVE = parse_curve("0 -> 0, 1 -> 100")
SOURCES = {"depth": ["usage"], "active": ["activity"], "tickets": ["support"], "steps": ["a", "b"]}


def _measure(key, weight):
    return MeasureSpec(key, Decimal(weight), CURVE)


def _card():
    nested = ComponentSpec("inner", "Inner", Decimal(100), measures=(_measure("steps", 100),))
    return ScorecardSpec(
        key="card",
        version=1,
        name="Card",
        components=(
            ComponentSpec(
                "use", "Use", Decimal(35), measures=(_measure("depth", 60), _measure("active", 40))
            ),
            ComponentSpec("support", "Support", Decimal(25), measures=(_measure("tickets", 100),)),
            ComponentSpec("outer", "Outer", Decimal(40), components=(nested,)),
        ),
        bands=(),
    )


def test_weights_multiply_down_to_the_measure():
    found = source_coverage(_card(), sources_of=SOURCES, connected={"usage", "support"})
    assert found.judged == Decimal(46)  # 35 × 60 % + 25
    assert found.lacking == {"activity": Decimal(14), "a": Decimal(40), "b": Decimal(40)}
    assert not found.is_enough


def test_a_measure_waits_for_all_of_its_sources():
    connected = {"usage", "support", "a"}
    assert source_coverage(_card(), sources_of=SOURCES, connected=connected).lacking == {
        "activity": Decimal(14),
        "b": Decimal(40),
    }


def test_sixty_points_are_enough():
    found = source_coverage(_card(), sources_of=SOURCES, connected={"usage", "activity", "support"})
    assert (found.judged, found.is_enough) == (Decimal(60), True)


def test_what_is_delivered_and_says_nothing_judges_nothing():
    found = source_coverage(
        _card(),
        sources_of=SOURCES,
        connected={"usage", "activity", "support"},
        without_value={"depth", "steps"},
    )
    # 60 − 35 × 60 %; steps wait for their sources all the same.
    assert (found.judged, found.is_enough) == (Decimal(39), False)
    assert found.empty == {"depth": Decimal(21)}
    assert found.lacking == {"a": Decimal(40), "b": Decimal(40)}


def test_thirds_of_a_component_are_told_as_the_points_they_are():
    thirds = [("a", "33.34"), ("b", "33.33"), ("c", "33.33")]
    measures = tuple(MeasureSpec(key, Decimal(weight), CURVE) for key, weight in thirds)
    component = ComponentSpec("all", "All", Decimal(30), measures)
    card = ScorecardSpec("thirds", 1, "Thirds", (component,), ())
    found = source_coverage(
        card, sources_of={"a": ["x"], "b": ["y"], "c": ["z"]}, connected={"z"}, without_value={"c"}
    )
    assert {key: str(value) for key, value in found.lacking.items()} == {"x": "10.00", "y": "10.00"}
    assert str(found.empty["c"]) == "10.00"
