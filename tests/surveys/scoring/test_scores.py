"""Scores of answers: published examples, hand-worked ones, and what holds for any answers."""

import json
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from surveys.scoring.scores import (
    SCALES,
    THIN_BELOW,
    AnswerScale,
    Counts,
    Standing,
    SurveyKind,
    mean,
    points,
    response_rate,
    score,
    textbook_margin,
)

NPS, CSAT, CES = SurveyKind
EASY_IS_ONE = AnswerScale(CES, 1, 7, is_reversed=True)
DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "worked_examples.json"
published = pytest.mark.skipif(
    not DATA.is_file(), reason=f"the published examples are not here: no file {DATA}"
)
kinds = st.sampled_from(SurveyKind)
scales = st.sampled_from([*SCALES.values(), AnswerScale(CSAT, 1, 7), EASY_IS_ONE])
numbers = st.integers(0, 400)
counted = st.builds(Counts, numbers, numbers, numbers)
some = counted.filter(lambda counts: counts.n)


def example_of(metric):
    examples = json.loads(DATA.read_text(), parse_float=Decimal)["examples"]
    (found,) = [each for each in examples if each["metric"] == metric]
    return found["inputs"], found["exact"]


@published
def test_the_published_margin_of_an_nps():
    inputs, exact = example_of("nps_margin_95")
    counts = Counts(inputs["promoters"], inputs["passives"], inputs["detractors"])
    assert textbook_margin(NPS, counts) == pytest.approx(float(exact), abs=1e-10)
    assert points(score(NPS, counts).margin) == points(float(exact)) == Decimal("4.4")


@published
def test_the_published_mean_of_a_satisfaction():
    inputs, exact = example_of("csat_mean")
    times = {int(answer): count for answer, count in inputs["counts"].items()}
    assert mean(times).value == Fraction(exact) == Fraction("6.865")


@published
def test_the_published_mean_of_an_effort():
    inputs, exact = example_of("ces_mean")
    assert mean(dict.fromkeys(inputs["scores"], 0) | {4: 1, 5: 1, 6: 1, 7: 2}).value == exact
    assert sorted(inputs["scores"]) == [4, 5, 6, 7, 7]


def test_half_promoters_and_a_fifth_detractors_are_thirty():
    found = SCALES[NPS].score({10: 20, 9: 30, 8: 25, 7: 5, 6: 15, 0: 5})
    assert (found.value, found.n) == (30, 100)
    assert found.counts == Counts(50, 30, 20)


def test_both_directions_of_effort_come_to_the_same():
    easy_is_seven = SCALES[CES].score({7: 3, 5: 1, 4: 2, 1: 2})
    easy_is_one = EASY_IS_ONE.score({1: 3, 3: 1, 4: 2, 7: 2})
    assert easy_is_seven == easy_is_one
    assert easy_is_seven.value == 50


READINGS = [
    (SCALES[NPS], "UUUUUUUNNFF"),
    (SCALES[CSAT], "UUNFF"),
    (AnswerScale(CSAT, 1, 7), "UUNNNFF"),
    (SCALES[CES], "UUUNFFF"),
    (EASY_IS_ONE, "FFFNUUU"),
]


@pytest.mark.parametrize(("scale", "letters"), READINGS)
def test_how_each_answer_reads(scale, letters):
    values = range(scale.lowest, scale.highest + 1)
    assert "".join(scale.reading(value).name[0] for value in values) == letters


@given(scales)
def test_the_answers_of_the_readings_are_the_scale(scale):
    values = [value for standing in Standing for value in scale.answers(standing)]
    assert sorted(values) == list(range(scale.lowest, scale.highest + 1))


@pytest.mark.parametrize(
    ("scale", "value"), [(SCALES[NPS], 11), (SCALES[NPS], -1), (SCALES[CSAT], 0), (EASY_IS_ONE, 8)]
)
def test_an_answer_outside_of_its_scale_is_refused(scale, value):
    with pytest.raises(ValueError, match=f"{value} is not from"):
        scale.reading(value)


@pytest.mark.parametrize("asked", [(CSAT, 1, 10), (NPS, 1, 10), (CES, 1, 5)])
def test_a_scale_nobody_has_said_how_to_read_is_refused(asked):
    with pytest.raises(ValueError, match=f"no {asked[0]} is read from"):
        AnswerScale(*asked)


@pytest.mark.parametrize("kind", [NPS, CSAT])
def test_only_effort_may_be_reversed(kind):
    with pytest.raises(ValueError, match="only a scale of effort"):
        AnswerScale(kind, SCALES[kind].lowest, SCALES[kind].highest, is_reversed=True)


def test_nobody_answered_is_no_score():
    assert SCALES[CSAT].score({3: 0}) is None
    assert mean({}) is None


@given(kinds, some)
@example(NPS, Counts(1))
@example(NPS, Counts(0, 0, 1))
@example(CSAT, Counts(0, 0, 7))
def test_the_interval_holds_the_value_and_stays_on_the_scale(kind, counts):
    found = score(kind, counts)
    lowest = -100 if kind is NPS else 0
    assert lowest <= found.low <= found.value <= found.high <= 100
    assert found.high - found.low > 0


@given(some)
def test_turning_promoters_and_detractors_about_turns_the_score(counts):
    turned = score(NPS, Counts(counts.unfavourable, counts.neutral, counts.favourable))
    found = score(NPS, counts)
    assert (turned.value, turned.low, turned.high) == (-found.value, -found.high, -found.low)


@given(kinds, some)
def test_one_more_favourable_answer_never_lowers_and_one_unfavourable_never_raises(kind, counts):
    found = score(kind, counts).value
    assert score(kind, counts + Counts(favourable=1)).value >= found
    assert score(kind, counts + Counts(unfavourable=1)).value <= found


@given(kinds, some.filter(lambda counts: counts.unfavourable))
def test_a_customer_won_over_raises_the_score_and_its_bounds(kind, counts):
    won = Counts(counts.favourable + 1, counts.neutral, counts.unfavourable - 1)
    before, after = score(kind, counts), score(kind, won)
    assert after.value > before.value
    assert after.low >= before.low
    assert after.high >= before.high


@given(kinds, some, st.integers(2, 9))
def test_more_of_the_same_answers_narrow_the_interval(kind, counts, times):
    more = Counts(
        *(times * each for each in (counts.favourable, counts.neutral, counts.unfavourable))
    )
    assert score(kind, more).margin < score(kind, counts).margin


@given(kinds, some, st.floats(1.01, 9))
def test_answers_of_the_same_accounts_widen_the_interval(kind, counts, effect):
    alone, together = score(kind, counts), score(kind, counts, design_effect=effect)
    assert together.low <= together.value <= together.high
    assert together.value == alone.value
    assert together.margin > alone.margin


@given(st.dictionaries(st.integers(1, 7), st.integers(0, 50)))
def test_a_reversed_effort_scores_as_the_answers_turned(times):
    turned = {8 - value: count for value, count in times.items()}
    assert EASY_IS_ONE.score(times) == SCALES[CES].score(turned)


# Newcombe 1998, Statist. Med. 17: 857-872, table I, method 3 (Wilson), in percent.
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, "25.53", "36.62"), (15, 148, "6.24", "16.05"), (0, 20, "0.00", "16.11")],
)
def test_the_interval_of_a_share_is_as_published(part, whole, low, high):
    found = score(CSAT, Counts(part, whole - part, 0))
    assert (points(found.low, 2), points(found.high, 2)) == (Decimal(low), Decimal(high))


def tango_statistic(b, c, n, net):
    """Tango's eq. 7 with its nuisance share found by plain search, not by his formula."""

    def likelihood(rarer):
        shares = (rarer + net, rarer, 1 - 2 * rarer - net)
        return sum(k * math.log(s) for k, s in zip((b, c, n - b - c), shares, strict=True) if k)

    low, high = max(0.0, -net), (1 - net) / 2
    steps = [low + (high - low) * k / 20_000 for k in range(1, 20_000)]
    rarer = max(steps, key=likelihood)
    return (b - c - n * net) / math.sqrt(n * (2 * rarer + net - net * net))


@pytest.mark.parametrize("counts", [Counts(50, 30, 20), Counts(3, 5, 9), Counts(12, 1, 2)])
def test_the_bounds_of_an_nps_are_where_the_score_test_begins_to_refuse(counts):
    found = score(NPS, counts)
    for bound, deviate in ((found.low, 1.96), (found.high, -1.96)):
        statistic = tango_statistic(counts.favourable, counts.unfavourable, counts.n, bound / 100)
        assert statistic == pytest.approx(deviate, abs=2e-3)


def test_few_answers_are_said_to_be_few():
    assert score(NPS, Counts(THIN_BELOW - 1)).is_thin
    assert not score(NPS, Counts(THIN_BELOW)).is_thin
    # The reason of the number: all nine are satisfied, and 70.2 % is not excluded.
    assert points(score(CSAT, Counts(9)).low) == Decimal("70.1")


def test_a_mean_has_no_margin_where_it_cannot_be_told():
    assert mean({5: 9}).margin is None
    assert mean({5: 40}).margin is None
    assert mean({4: 3, 5: 6}).margin is None


def test_the_margin_of_a_mean():
    # Ten answers, mean 3, squares 20: s² = 20/9, s/√10 = 0.4714, Student (9) 2.2622.
    assert mean({1: 2, 2: 2, 3: 2, 4: 2, 5: 2}).margin == pytest.approx(1.06640, abs=2e-4)


def test_a_response_below_a_tenth_is_flagged():
    assert response_rate(answered=9, sent=100).is_low
    found = response_rate(answered=10, sent=100)
    assert (found.value, found.is_low) == (10, False)
    assert (points(found.low), points(found.high)) == (Decimal("5.5"), Decimal("17.4"))


def test_a_response_to_nothing_is_none():
    assert response_rate(answered=0, sent=0) is None
    with pytest.raises(ValueError, match="3 answers to 2 invitations"):
        response_rate(answered=3, sent=2)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Fraction(5, 100), "0.1"),
        (Fraction(-5, 100), "-0.1"),
        (-0.04, "0.0"),
        (Fraction(200, 3), "66.7"),
    ],
)
def test_a_figure_is_rounded_once_halves_away_from_zero(value, printed):
    assert str(points(value)) == printed
