"""Scores worked by hand, with the arithmetic shown, and the notation of curves."""

from decimal import Decimal as D

import numpy as np
import pytest

from health.scoring import (
    MISSING,
    BandSpec,
    ComponentSpec,
    ExplainedDay,
    GateSpec,
    MeasureSpec,
    NotationError,
    Penalty,
    RowKind,
    ScorecardSpec,
    evaluate,
    explain,
    format_conditions,
    format_curve,
    parse_conditions,
    parse_curve,
    read,
)

BANDS = (
    BandSpec("healthy", "H", D(75), order=10),
    BandSpec("watch", "W", D(50), order=20),
    BandSpec("intervene", "I", D(0), True, order=30),
)
STRAIGHT = "0 → 0, 100 → 100"
NAN = float("nan")


def measure(key, weight, curve=STRAIGHT, **values):
    return MeasureSpec(key, D(weight), parse_curve(curve), **values)


def card(*components, gates=(), version=1, **values):
    return ScorecardSpec("card", version, "Card", tuple(components), BANDS, tuple(gates), **values)


def two_components(**values):
    """first (60): a 50, b 50 — second (40): c 100."""
    return card(
        ComponentSpec("first", "First", D(60), (measure("a", 50), measure("b", 50))),
        ComponentSpec("second", "Second", D(40), (measure("c", 100),)),
        **values,
    )


def scored(scorecard, *rows):
    return evaluate(scorecard, np.array(rows, dtype=float))


def test_score_is_the_weighted_mean_of_components_of_weighted_means():
    result = scored(two_components(), [80, 90, 30])

    # first = (80 + 90) ÷ 2 = 85; score = 85 × 0.6 + 30 × 0.4 = 51 + 12 = 63
    assert result.components.tolist() == [[8500, 3000]]
    assert result.score.tolist() == [6300]
    assert result.confidence.tolist() == [10_000]


def test_a_missing_measure_drops_out_and_the_rest_are_reweighted():
    result = scored(two_components(), [80, NAN, 30])

    # first = 80 alone; score = 80 × 0.6 + 30 × 0.4 = 60; data had 30 + 40 = 70 % of the weight
    assert result.score.tolist() == [6000]
    assert result.confidence.tolist() == [7000]
    assert result.weights.tolist() == [[0.6, 0.0, 0.4]]


def test_a_component_without_data_drops_out_as_a_whole():
    result = scored(two_components(), [80, 90, NAN])

    assert result.components.tolist() == [[8500, MISSING]]
    assert result.score.tolist() == [8500]
    assert result.confidence.tolist() == [6000]


def test_below_the_minimum_confidence_an_account_is_unscored():
    result = scored(two_components(), [NAN, NAN, 30], [80, NAN, NAN], [80, 90, NAN])

    # 40 % and 30 % are below 60 %; exactly 60 % is enough
    assert result.is_scored.tolist() == [False, False, True]
    assert result.score.tolist() == [MISSING, MISSING, 8500]
    assert result.confidence.tolist() == [4000, 3000, 6000]


def test_readings_components_and_score_are_rounded_half_up_once_each():
    thirds = card(
        ComponentSpec("x", "X", D(50), (measure("a", 50), measure("b", 50))),
        ComponentSpec("y", "Y", D(50), (measure("c", 100),)),
    )
    result = scored(thirds, [33.335, 33.33, 0.0])

    # readings 33.34 (a tie, up) and 33.33; x = 33.335 → 33.34; score = 33.34 ÷ 2 = 16.67
    assert result.readings.tolist() == [[3334, 3333, 0]]
    assert result.components[0, 0] == 3334
    assert result.score.tolist() == [1667]


@pytest.mark.parametrize(
    ("curve", "raw", "expected"),
    [
        # 40 + (0.35 − 0.2) ÷ 0.3 × 35 = 57.5, though 0.35 − 0.2 is 0.14999999999999997 in floats
        ("0 → 0, 0.2 → 40, 0.5 → 75, 0.8 → 100", 0.35, 5750),
        # 0 + 0.000145 ÷ 0.2 × 40 = 0.029, and the exact ties 0.005 and 1.005 go up
        ("0 → 0, 0.2 → 40", 0.000145, 3),
        ("0 → 0, 1 → 1", 0.005, 1),
        ("0 → 0, 2 → 2", 1.005, 101),
        ("-0.5 → 0, -0.2 → 35, 0 → 70, 0.1 → 85, 0.2 → 100", -0.6, 0),
        ("-0.5 → 0, -0.2 → 35, 0 → 70, 0.1 → 85, 0.2 → 100", 5.0, 10_000),
    ],
)
def test_curve_of_lines(curve, raw, expected):
    assert read(parse_curve(curve), np.array([raw])).tolist() == [expected]


def test_curve_of_steps_has_its_own_side_for_each_bound():
    curve = parse_curve("< 2 → 20, < 5 → 40, < 11 → 60, ≤ 20 → 80, > 20 → 100")
    raw = np.array([0, 1.99, 2, 4.99, 5, 10.99, 11, 20, 20.01, NAN])

    readings = [20, 20, 40, 40, 60, 60, 80, 80, 100]
    assert read(curve, raw).tolist() == [reading * 100 for reading in readings] + [MISSING]


def test_notation_is_read_back_as_it_was_written():
    for text in ("< 2 → 20, ≤ 20 → 80, else → 100", "-0.5 → 0, 0 → 70.25, 0.2 → 100"):
        assert format_curve(parse_curve(text)) == text
    condition = "champions = 0 and champions_left_60d ≥ 1"
    assert format_conditions(parse_conditions(condition)) == condition


@pytest.mark.parametrize(
    "text", ["", "0", "0 → x", "< 2 → 20", "< 2 → 20, > 3 → 100", "a → 1", "> 2 → 1, else → 2"]
)
def test_a_curve_that_cannot_be_read_says_so(text):
    with pytest.raises(NotationError):
        parse_curve(text)


@pytest.mark.parametrize("text", ["", "champions", "champions = x", "champions = 1 or a = 2"])
def test_a_condition_that_cannot_be_read_says_so(text):
    with pytest.raises(NotationError):
        parse_conditions(text)


def test_a_gate_caps_its_component_and_never_lifts_it():
    gate = GateSpec("g", "G", "first", parse_conditions("flag = 0"), D(49))
    gated = two_components(gates=(gate,))
    # columns a, b, c, flag
    result = scored(gated, [80, 90, 30, 0], [80, 90, 30, 1], [20, 30, 30, 0], [80, 90, 30, NAN])

    # 49 × 0.6 + 12 = 41.4; without it 63; 25 is below the cap; a missing flag holds nothing
    assert result.gate_hits[:, 0].tolist() == [True, False, True, False]
    assert result.score.tolist() == [4140, 6300, 2700, 6300]
    assert result.cuts[:, 0].tolist() == pytest.approx([36 * 0.6, 0, 0, 0])


def test_penalties_add_up_and_stop_at_zero():
    penalties = (Penalty("declined", D(30)), Penalty("pushback", D(40)))
    one = card(ComponentSpec("x", "X", D(100), (measure("a", 100, penalties=penalties),)))
    result = scored(one, [85, 1, 0], [85, 1, 1], [85, 2, 1], [85, NAN, 0], [NAN, 1, 1])

    assert result.readings[:, 0].tolist() == [5500, 1500, 0, 8500, MISSING]


def test_components_nest_to_three_levels():
    leaf = ComponentSpec("leaf", "Leaf", D(25), (measure("a", 100),))
    other = ComponentSpec("other", "Other", D(75), (measure("b", 100),))
    middle = ComponentSpec("middle", "Middle", D(50), components=(leaf, other))
    beside = ComponentSpec("beside", "Beside", D(50), (measure("c", 100),))
    nested = card(ComponentSpec("top", "Top", D(100), components=(middle, beside)))
    result = scored(nested, [100, 0, 50], [100, NAN, 50])

    # middle = 25; top = (25 + 50) ÷ 2 = 37.5. Without b: middle = 100, top = 75, and
    # 100 − 0.5 × 0.75 = 62.5 % of the weight had data
    assert nested.component_keys == ("top", "middle", "leaf", "other", "beside")
    assert result.components[0].tolist() == [3750, 2500, 10_000, 0, 5000]
    assert result.score.tolist() == [3750, 7500]
    assert result.confidence.tolist() == [10_000, 6250]


def moment(scorecard, raw, **values):
    keys = dict(zip(scorecard.raw_keys, raw, strict=True))
    return ExplainedDay(scorecard, keys, int(scored(scorecard, raw).score[0]), **values)


def rows_of(explanation):
    return {(row.kind, row.key): row.points for row in explanation.rows if row.points}


def test_explanation_of_a_reading_that_fell():
    base = two_components()
    told = explain(before=moment(base, [80, 90, 30]), after=moment(base, [60, 90, 30]))

    # a: 0.3 × (60 − 80) = −6
    assert (told.before, told.after, told.change) == (D("63.00"), D("57.00"), D("-6.00"))
    assert rows_of(told) == {(RowKind.MEASURE, "a"): D("-6.00")}


def test_explanation_has_a_row_for_reweighting():
    base = two_components()
    told = explain(before=moment(base, [80, 90, 30]), after=moment(base, [60, NAN, 30]))

    # a moved with its old weight: 0.3 × (60 − 80) = −6. b went missing: before 0.3 × 90 = 27,
    # and a's weight rose by 0.3: + 0.3 × 60 = 18; 18 − 27 = −9. In all 63 → 48 = −15
    assert told.change == D("-15.00")
    assert rows_of(told) == {
        (RowKind.MEASURE, "a"): D("-6.00"),
        (RowKind.REWEIGHTING, "reweighting"): D("-9.00"),
    }


def test_explanation_has_a_row_for_each_gate():
    gate = GateSpec("g", "G", "first", parse_conditions("flag = 0"), D(49))
    base = two_components(gates=(gate,))
    told = explain(before=moment(base, [80, 90, 30, 1]), after=moment(base, [90, 90, 30, 0]))

    # a: 0.3 × 10 = + 3; the gate takes (90 − 49) × 0.6 = 24.6; 63 → 41.4 = −21.6
    assert told.change == D("-21.60")
    assert rows_of(told) == {(RowKind.MEASURE, "a"): D("3.00"), (RowKind.GATE, "g"): D("-24.60")}


def test_explanation_tells_a_new_version_from_what_happened():
    old, new = (
        card(
            ComponentSpec("x", "X", D(weight), (measure("a", 100),)),
            ComponentSpec("y", "Y", D(100 - weight), (measure("b", 100),)),
            version=version,
        )
        for weight, version in ((50, 1), (80, 2))
    )
    told = explain(before=moment(old, [40, 90]), after=moment(new, [50, 90]))

    # old card: 65. The same day under the new: 0.8 × 40 + 0.2 × 90 = 50: the version cost −15.
    # Then a: 0.8 × 10 = + 8. 65 → 58 = −7
    assert told.change == D("-7.00")
    assert rows_of(told) == {
        (RowKind.MEASURE, "a"): D("8.00"),
        (RowKind.VERSION, "version"): D("-15.00"),
    }


def test_an_override_has_a_row_that_moves_nothing():
    base = two_components()
    told = explain(
        before=moment(base, [80, 90, 30]), after=moment(base, [80, 90, 30], override="intervene")
    )

    assert told.change == 0
    assert [(row.key, row.points) for row in told.rows if row.kind is RowKind.OVERRIDE] == [
        ("intervene", D("0.00"))
    ]


def test_without_a_score_on_both_days_there_is_no_change_to_divide():
    base = two_components()
    told = explain(before=moment(base, [NAN, NAN, 30]), after=moment(base, [80, 90, 30]))

    assert (told.before, told.after, told.change, told.rows) == (None, D("63.00"), None, ())
