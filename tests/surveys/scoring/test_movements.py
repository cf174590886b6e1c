"""Whether a score moved: published cases, error rates over all possible answers, many cuts."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.scoring.movements import (
    BenchmarkPlace,
    BenchmarkVerdict,
    Moved,
    UsualRange,
    benchmark_verdict,
    movement,
    movements,
)
from surveys.scoring.scores import Counts, SurveyKind, points, score
from tests.surveys.scoring.test_coverage import all_answers

NPS, CSAT, CES = SurveyKind
kinds = st.sampled_from(SurveyKind)
numbers = st.integers(0, 200)
some = st.builds(Counts, numbers, numbers, numbers).filter(lambda counts: counts.n)


def share(part, whole):
    return score(CSAT, Counts(part, 0, whole - part))


def moved(before, now):
    return movement(before=before, now=now)


# Newcombe 1998, Statist. Med. 17: 873-890, table II, method 10, in hundredths of a percent.
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), "5.24", "33.39"),
        ((9, 10), (3, 10), "17.05", "80.90"),
        ((6, 7), (2, 7), "5.82", "80.62"),
        ((5, 56), (0, 29), "-3.81", "19.26"),
        ((10, 10), (0, 20), "67.91", "100.00"),
    ],
)
def test_the_interval_of_a_change_of_shares_is_as_published(first, second, low, high):
    found = moved(share(*second), share(*first)).bounds
    assert tuple(points(bound, 2) for bound in found) == (Decimal(low), Decimal(high))


@given(kinds, some, some)
def test_the_interval_holds_the_change_and_agrees_with_the_level(kind, before, now):
    found = moved(score(kind, before), score(kind, now))
    low, high = found.bounds
    assert low <= found.change <= high
    if abs(found.p - 0.05) > 1e-6:
        assert (found.p < 0.05) == (not low <= 0 <= high)


@given(kinds, some, some)
def test_going_back_is_the_same_change_turned(kind, before, now):
    there = moved(score(kind, before), score(kind, now))
    back = moved(score(kind, now), score(kind, before))
    assert back.change == -there.change
    assert back.bounds == (-there.bounds[1], -there.bounds[0])
    assert back.p == there.p


@given(kinds, some)
def test_the_same_answers_have_not_moved(kind, counts):
    found = moved(score(kind, counts), score(kind, counts))
    assert (found.change, found.p) == (0, 1.0)
    assert found.moved is (Moved.THIN if counts.n < 10 else Moved.NOT_TOLD)


def false_alarms(kind, first, second, shares):
    """How often answers of the same customers are said to have moved."""
    befores = [(score(kind, counts), chance) for counts, chance in all_answers(first, shares)]
    nows = [(score(kind, counts), chance) for counts, chance in all_answers(second, shares)]
    total = 0.0
    for before, one in befores:
        for now, other in nows:
            rise = float(now.value - before.value)
            # As `bounds`, unrolled: asking each pair's level would take minutes.
            is_rise = rise > math.hypot(
                float(now.value) - now.low, before.high - float(before.value)
            )
            is_fall = -rise > math.hypot(
                float(before.value) - before.low, now.high - float(now.value)
            )
            total += one * other * (is_rise or is_fall)
    return total


@pytest.mark.parametrize("kind", [NPS, CSAT])
@pytest.mark.parametrize("sizes", [(10, 10), (10, 25), (25, 10)])
@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.3, 0.4, 0.3), (0.7, 0.2, 0.1)])
def test_customers_who_stay_as_they_are_rarely_seem_to_move(kind, sizes, shares):
    assert false_alarms(kind, *sizes, shares) <= 0.06


def test_a_fall_is_told_from_chance_only_with_enough_answers():
    few = moved(score(NPS, Counts(10, 6, 4)), score(NPS, Counts(6, 6, 8)))
    many = moved(score(NPS, Counts(100, 60, 40)), score(NPS, Counts(60, 60, 80)))
    assert few.change == many.change == -40
    assert (few.moved, many.moved) == (Moved.NOT_TOLD, Moved.FELL)
    assert moved(many.now, many.before).moved is Moved.ROSE


@pytest.mark.parametrize("sizes", [(9, 50), (50, 9)])
def test_thin_scores_are_not_compared(sizes):
    before, now = sizes
    assert moved(share(0, before), share(now, now)).moved is Moved.THIN


def test_answers_of_the_same_accounts_tell_less():
    before = score(NPS, Counts(100, 60, 40), design_effect=4)
    now = score(NPS, Counts(80, 60, 60), design_effect=4)
    assert moved(before, now).moved is Moved.NOT_TOLD
    assert moved(score(NPS, before.counts), score(NPS, now.counts)).moved is Moved.FELL


def test_two_kinds_are_not_compared():
    with pytest.raises(ValueError, match="nps is not compared with csat"):
        moved(score(NPS, Counts(10)), score(CSAT, Counts(10)))


def test_of_many_cuts_one_needs_more_to_be_believed():
    pair = (share(80, 100), share(66, 100))
    alone = moved(*pair)
    assert alone.moved is Moved.FELL
    assert 0.02 < alone.p < 0.05
    still = (share(80, 100), share(79, 100))
    found = movements({"enterprise": pair, **{f"segment {k}": still for k in range(9)}})
    assert found["enterprise"].moved is Moved.NOT_TOLD
    assert found["enterprise"].adjusted == pytest.approx(10 * alone.p)


def test_thin_cuts_are_not_counted_among_those_looked_at():
    pair = (share(80, 100), share(66, 100))
    thin = (share(4, 5), share(0, 5))
    found = movements({"thin": thin, "enterprise": pair})
    assert (found["thin"].moved, found["enterprise"].moved) == (Moved.THIN, Moved.FELL)


def test_holm_by_hand():
    """Levels p1 < p2 < p3 become 3·p1, then 2·p2, then p3, each at least the one before."""
    pairs = {
        "a": (share(80, 100), share(60, 100)),
        "b": (share(80, 100), share(66, 100)),
        "c": (share(80, 100), share(67, 100)),
    }
    p = {cut: moved(*pair).p for cut, pair in pairs.items()}
    assert p["a"] < p["b"] < p["c"] < 2 * p["b"]
    found = {cut: each.adjusted for cut, each in movements(pairs).items()}
    assert found == {
        "a": pytest.approx(3 * p["a"]),
        "b": pytest.approx(2 * p["b"]),
        "c": pytest.approx(2 * p["b"]),
    }


@given(st.dictionaries(st.integers(0, 9), st.tuples(some, some), max_size=6))
def test_looking_at_more_never_makes_a_change_surer(pairs):
    asked = {cut: (score(NPS, one), score(NPS, other)) for cut, (one, other) in pairs.items()}
    for cut, each in movements(asked).items():
        assert each.p == moved(*asked[cut]).p
        assert each.p <= each.adjusted <= 1


@pytest.mark.parametrize(
    ("found", "place", "is_certain"),
    [
        (score(NPS, Counts(40, 40, 20)), BenchmarkPlace.BELOW, False),  # 20: 5 to 34
        (score(NPS, Counts(200, 100, 200)), BenchmarkPlace.BELOW, True),
        (score(NPS, Counts(600, 200, 200)), BenchmarkPlace.WITHIN, True),  # 40: 35 to 45
        (score(NPS, Counts(60, 20, 20)), BenchmarkPlace.WITHIN, False),
        (score(NPS, Counts(50, 30, 20)), BenchmarkPlace.WITHIN, False),  # 30 itself
        (score(NPS, Counts(90, 8, 2)), BenchmarkPlace.ABOVE, True),
        (score(NPS, Counts(9, 0, 0)), BenchmarkPlace.THIN, False),
        (share(80, 100), BenchmarkPlace.WITHIN, False),
        (share(81, 100), BenchmarkPlace.ABOVE, False),
        (share(50, 100), BenchmarkPlace.BELOW, True),
    ],
)
def test_a_score_beside_what_is_usual(found, place, is_certain):
    verdict = benchmark_verdict(found)
    assert (verdict.place, verdict.is_certain) == (place, is_certain)


def test_what_is_usual():
    assert benchmark_verdict(share(80, 100)) == BenchmarkVerdict(
        UsualRange(75, 80), BenchmarkPlace.WITHIN, is_certain=False
    )
    assert benchmark_verdict(score(NPS, Counts(90, 8, 2))).usual == UsualRange(30, 50)
    assert benchmark_verdict(score(CES, Counts(20))) is None


def test_a_change_is_exact():
    assert moved(share(1, 3), share(2, 3)).change == Fraction(100, 3)
