"""What must hold for any scorecard and any facts."""

import itertools
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from health.scoring import (
    ABOVE,
    BELOW,
    MISSING,
    UNKNOWN,
    BandSpec,
    ComponentSpec,
    ExplainedDay,
    GateSpec,
    MeasureSpec,
    ScorecardSpec,
    WatchLineSpec,
    band_positions,
    evaluate,
    explain,
    line_sides,
    parse_conditions,
    parse_curve,
    read,
)

BANDS = (
    BandSpec("healthy", "Healthy", Decimal(75), order=10),
    BandSpec("watch", "Watch", Decimal(50), order=20),
    BandSpec("intervene", "Intervene", Decimal(0), True, order=30),
)
LINES = (WatchLineSpec("score", Decimal(40)), WatchLineSpec("score", Decimal(20)))
MARGIN = Decimal(2)
STRAIGHT = parse_curve("0 → 0, 100 → 100")
CENT = Decimal("0.01")


@st.composite
def shares(draw, parts):
    """Weights with two decimals that add up to 100."""
    cuts = draw(
        st.lists(st.integers(1, 9_999), min_size=parts - 1, max_size=parts - 1, unique=True)
    )
    edges = [0, *sorted(cuts), 10_000]
    return [Decimal(b - a) / 100 for a, b in itertools.pairwise(edges)]


@st.composite
def scorecards(draw, *, gates=True):
    """Two to four components of one to four measures, some nested one level deeper."""
    count = draw(st.integers(2, 4))
    components = []
    for number, weight in enumerate(draw(shares(count))):
        size = draw(st.integers(1, 4))
        measures = tuple(
            MeasureSpec(f"m{number}_{n}", part, STRAIGHT)
            for n, part in enumerate(draw(shares(size)))
        )
        inner = ComponentSpec(f"c{number}", f"C{number}", weight, measures)
        if draw(st.booleans()):
            nested = replace(inner, key=f"n{number}", weight=Decimal(100))
            inner = ComponentSpec(f"c{number}", f"C{number}", weight, components=(nested,))
        components.append(inner)
    condition = parse_conditions("flag = 0")
    gate = GateSpec("g", "G", "c0", condition, Decimal(draw(st.integers(0, 100))))
    return ScorecardSpec("card", 1, "Card", tuple(components), BANDS, (gate,) if gates else ())


def raw_rows(card, *, missing=True):
    value = st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)
    if missing:
        value = st.one_of(value, st.just(float("nan")))
    return st.lists(value, min_size=len(card.raw_keys), max_size=len(card.raw_keys))


def scored(card, *rows):
    return evaluate(replace(card, minimum_confidence=Decimal(0)), np.array(rows, dtype=float))


@given(st.data())
def test_score_lies_within_the_readings(data):
    card = data.draw(scorecards(gates=False))
    result = scored(card, data.draw(raw_rows(card)))
    present = result.readings[result.readings != MISSING]

    if len(present):
        assert present.min() <= result.score[0] <= present.max()
    else:
        assert result.score[0] == MISSING


@given(st.data())
def test_raising_a_reading_never_lowers_the_score(data):
    card = data.draw(scorecards())
    row = data.draw(raw_rows(card, missing=False))
    column = data.draw(st.integers(0, len(card.measure_keys) - 1))
    better = [*row]
    better[column] = min(100.0, row[column] + data.draw(st.integers(0, 100)))
    result = scored(card, row, better)

    assert result.score[0] <= result.score[1]


@given(st.data(), st.sampled_from([1, 2, 4, 5, 8, 10]))
def test_equal_weights_are_the_mean(data, count):
    weight = Decimal(100) / count
    measures = tuple(MeasureSpec(f"m{n}", weight, STRAIGHT) for n in range(count))
    card = ScorecardSpec(
        "card", 1, "Card", (ComponentSpec("c", "C", Decimal(100), measures),), BANDS
    )
    row = data.draw(raw_rows(card, missing=False))
    mean = sum(Decimal(str(value)) for value in row) / count

    assert Decimal(int(scored(card, row).score[0])) / 100 == mean.quantize(CENT, ROUND_HALF_UP)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_readings_are_rounded_like_exact_fractions(numerator, denominator):
    curve = parse_curve("0 → 0, 0.2 → 40, 0.5 → 75, 0.8 → 100")
    got = int(read(curve, np.array([numerator / denominator]))[0])

    assert got == exact_reading(curve, Fraction(numerator, denominator))


def exact_reading(curve, raw):
    """Hundredths, half up, in exact fractions."""
    points = [(Fraction(p.raw), Fraction(p.reading)) for p in curve.points]
    if raw <= points[0][0]:
        exact = points[0][1]
    elif raw >= points[-1][0]:
        exact = points[-1][1]
    else:
        (x0, y0), (x1, y1) = next(
            pair for pair in itertools.pairwise(points) if pair[0][0] <= raw <= pair[1][0]
        )
        exact = y0 + (raw - x0) / (x1 - x0) * (y1 - y0)
    return int(exact * 100 + Fraction(1, 2))


@given(st.data())
def test_explanation_adds_up_to_the_cent(data):
    card = data.draw(scorecards())
    other = data.draw(st.one_of(st.just(card), scorecards().map(lambda c: replace(c, version=2))))
    before, after = (
        ExplainedDay(
            each,
            dict(zip(each.raw_keys, row, strict=True)),
            int(scored(each, row).score[0]),
        )
        for each, row in ((card, data.draw(raw_rows(card))), (other, data.draw(raw_rows(other))))
    )
    told = explain(before=before, after=after)

    if MISSING in (before.score, after.score):
        assert told.change is None
    else:
        assert sum((row.points for row in told.rows), Decimal(0)) == told.change
        assert told.change == Decimal(after.score - before.score) / 100


@given(st.data())
def test_an_account_scores_the_same_alone_and_among_others(data):
    card = data.draw(scorecards())
    rows = data.draw(st.lists(raw_rows(card), min_size=1, max_size=5))
    together = scored(card, *rows)
    alone = [scored(card, row) for row in rows]

    assert together.score.tolist() == [int(one.score[0]) for one in alone]
    assert together.confidence.tolist() == [int(one.confidence[0]) for one in alone]
    assert scored(card, *rows).components.tolist() == together.components.tolist()


def positions(scores):
    """Positions of bands as the days go by."""
    now, path = np.array([MISSING]), []
    for score in scores:
        now = band_positions(bands=BANDS, margin=MARGIN, values=np.array([score]), previous=now)
        path.append(int(now[0]))
    return path


@given(st.lists(st.integers(7_301, 7_699), min_size=2, max_size=30))
def test_wobbling_within_the_margin_never_flaps(scores):
    """Around 75 ± 2 there is one fall at most, and no way back up below 77."""
    path = positions(scores)
    falls = sum(1 for a, b in itertools.pairwise(path) if b > a)
    rises = sum(1 for a, b in itertools.pairwise(path) if b < a)

    assert falls <= 1
    assert rises == 0


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_a_band_is_never_better_than_the_score_says(scores):
    for score, position in zip(scores, positions(scores), strict=True):
        fair = 0 if score >= 7_500 else 1 if score >= 5_000 else 2
        generous = 0 if score >= 7_700 else 1 if score >= 5_200 else 2
        assert fair <= position <= generous


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_lines_fall_at_once_and_rise_past_the_margin(scores):
    sides = np.full((1, 2), UNKNOWN)
    for score in scores:
        was = sides
        values = np.full((1, 2), score / 100)
        sides = line_sides(lines=LINES, margin=MARGIN, values=values, previous=was)
        for column, line in enumerate((4_000, 2_000)):
            limit = line + 200 if was[0, column] == BELOW else line
            assert sides[0, column] == (BELOW if score < limit else ABOVE)


def test_missing_scores_have_no_band():
    assert positions([8_000, MISSING, 7_600]) == [0, MISSING, 0]
