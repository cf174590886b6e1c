"""What a new version changes: in words, in points, and between two people who edit at once."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.scoring import (
    MISSING,
    BandSpec,
    ComponentSpec,
    GateSpec,
    MeasureSpec,
    Penalty,
    ScorecardSpec,
    ShiftKind,
    differences,
    evaluate,
    parse_conditions,
    parse_curve,
    shifts,
)
from tests.pure.test_health_properties import BANDS, STRAIGHT, raw_rows, scorecards, shares

NAMES = {"a": "Ticket load", "b": "Champions", "c": "Trend"}


def card(**changes):
    support = ComponentSpec(
        "support", "Support", Decimal(60), (MeasureSpec("a", Decimal(100), STRAIGHT),)
    )
    people = ComponentSpec(
        "people", "People", Decimal(40), (MeasureSpec("b", Decimal(100), STRAIGHT),)
    )
    return replace(ScorecardSpec("card", 1, "Card", (support, people), BANDS), **changes)


def told(before, after):
    return [str(difference) for difference in differences(before, after, names=NAMES)]


def test_equal_scorecards_differ_in_nothing():
    assert told(card(), card(version=2)) == []


def test_weights_curves_gates_bands_and_limits_are_told_in_words():
    old = card()
    support, people = old.components
    curve = parse_curve("0 → 100, 10 → 0")
    gate = GateSpec("g", "No champion", "people", parse_conditions("b = 0"), Decimal(30))
    after = card(
        components=(
            replace(support, weight=Decimal("52.5")),
            replace(
                people,
                weight=Decimal("47.5"),
                measures=(
                    MeasureSpec("b", Decimal(70), curve, (Penalty("c", Decimal(5)),)),
                    MeasureSpec("c", Decimal(30), STRAIGHT),
                ),
            ),
        ),
        gates=(gate,),
        bands=(replace(BANDS[0], lower=Decimal(80)), *BANDS[1:]),
        alert_lines=(Decimal(40),),
        recovery_margin=Decimal(4),
        minimum_confidence=Decimal(50),
    )

    assert told(old, after) == [
        "Support: 60 → 52.5",
        "People: 40 → 47.5",
        "Champions in People: 100 → 70",
        "Curve of Champions: 0 → 0, 100 → 100 → 0 → 100, 10 → 0",
        "Points taken off Champions: added, 5 for each of Trend",
        "Trend in People: added, weight 30",
        "Gate “No champion”: added, at most 30 while b = 0",
        "Band Healthy: from 75 → from 80",
        "Alert lines: none → 40",
        "Recovery margin: 3 → 4",
        "Minimum confidence: 60 → 50",
    ]
    assert [line for line in told(after, old) if "removed" in line] == [
        "Points taken off Champions: removed, was 5 for each of Trend",
        "Trend in People: removed, was weight 30",
        "Gate “No champion”: removed, was at most 30 while b = 0",
    ]


@st.composite
def retuned(draw, old):
    """The same parts with other weights, other curves, another cap."""
    weights = draw(shares(len(old.components)))
    components = tuple(
        _retuned(draw, component, weight)
        for component, weight in zip(old.components, weights, strict=True)
    )
    gate = replace(old.gates[0], cap=Decimal(draw(st.integers(0, 100))))
    return replace(old, version=2, components=components, gates=(gate,))


def _retuned(draw, component, weight):
    if component.components:
        (inner,) = component.components
        return replace(component, weight=weight, components=(_retuned(draw, inner, Decimal(100)),))
    curve = draw(st.sampled_from([STRAIGHT, parse_curve("0 → 100, 100 → 0")]))
    parts = draw(shares(len(component.measures)))
    measures = tuple(
        replace(measure, weight=part, curve=curve)
        for measure, part in zip(component.measures, parts, strict=True)
    )
    return replace(component, weight=weight, measures=measures)


@given(st.data())
def test_what_moves_a_score_adds_up_to_its_change(data):
    old = data.draw(scorecards())
    new = data.draw(retuned(old))
    raw = np.array([data.draw(raw_rows(old))])
    before, after = evaluate(old, raw), evaluate(new, raw)
    found = shifts(old=old, before=before, new=new, after=after)
    change = after.score - before.score

    if MISSING in (before.score[0], after.score[0]):
        assert not found.points.any()
        return
    # Each side is rounded at three levels, by half a hundredth at most, before weights shrink it.
    assert found.points.sum() == pytest.approx(change[0] / 100, abs=0.03)
    chosen = found.main(change)[0]
    if abs(change[0]) > 3:
        assert chosen != MISSING
        assert found.points[0, chosen] * change[0] > 0
        assert abs(found.points[0, chosen]) == pytest.approx(
            (found.points[0] * np.sign(change[0])).max()
        )


def reasons_of(old, new, *raw):
    values = np.array([raw], dtype=float)
    before, after = evaluate(old, values), evaluate(new, values)
    found = shifts(old=old, before=before, new=new, after=after)
    shift = found.columns[found.main(after.score - before.score)[0]]
    return shift.kind, shift.key


def test_a_heavier_component_that_reads_low_is_why_the_score_falls():
    old = card()
    support, people = old.components
    new = card(
        components=(replace(support, weight=Decimal(90)), replace(people, weight=Decimal(10)))
    )

    assert reasons_of(old, new, 10, 90) in [
        (ShiftKind.COMPONENT, "support"),
        (ShiftKind.COMPONENT, "people"),
    ]


def test_a_stricter_curve_and_a_new_gate_are_named():
    old = card()
    support, people = old.components
    strict = replace(
        support, measures=(MeasureSpec("a", Decimal(100), parse_curve("0 → 0, 200 → 100")),)
    )
    gate = GateSpec("g", "G", "people", parse_conditions("b ≥ 0"), Decimal(5))

    assert reasons_of(old, card(components=(strict, people)), 80, 80) == (ShiftKind.CURVE, "a")
    assert reasons_of(old, card(gates=(gate,)), 80, 80) == (ShiftKind.GATE, "g")


def test_a_measure_that_is_new_or_gone_is_a_matter_of_weight():
    old = card()
    support, people = old.components
    with_trend = replace(
        people,
        measures=(MeasureSpec("b", Decimal(50), STRAIGHT), MeasureSpec("c", Decimal(50), STRAIGHT)),
    )
    new = card(components=(support, with_trend))
    before = evaluate(old, np.array([[80.0, 80.0]]))
    after = evaluate(new, np.array([[80.0, 80.0, 0.0]]))
    found = shifts(old=old, before=before, new=new, after=after)
    chosen = found.columns[found.main(after.score - before.score)[0]]

    assert (chosen.kind, chosen.key) == (ShiftKind.WEIGHT, "c")
    assert found.points.sum() == pytest.approx(-16.0)


def test_bands_need_an_at_risk_flag_to_differ():
    risky = (BandSpec("healthy", "Healthy", Decimal(75), True, order=10), *BANDS[1:])

    assert told(card(), card(bands=risky)) == ["Band Healthy: from 75 → from 75, at risk"]
