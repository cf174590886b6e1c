"""Readiness for an expansion: worked by hand, and against an oracle that knows one account."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.scoring.readiness import (
    READINESS,
    ReadinessFacts,
    growth,
    judge_readiness,
    takes_over,
)

FLAT = [100] * 19
# Above at each of four looks. Worked by hand: 520 against 1,290 in twelve weeks, which is 20.9 %;
# against 1,260 and 1,230; and against 1,200 three weeks ago.
GROWN = [100] * 12 + [130] * 7
# 460 against 1,200, which is 15 %; a week ago 440.
LATE = [100] * 16 + [120] * 3


def judged(weeks, *, known=19, talks=2, people=4, functions=2):
    verdicts = judge_readiness(
        ReadinessFacts(
            np.array([weeks]),
            np.array([known]),
            *(np.array([np.nan if n is None else n], dtype=float)
              for n in (talks, people, functions)),
        )
    )  # fmt: skip
    return verdicts


def readiness(weeks, **values):
    return str(READINESS[int(judged(weeks, **values).readiness[0])])


@pytest.mark.parametrize(
    ("weeks", "values", "is_what"),
    [
        (GROWN, {}, "ready"),
        (GROWN, {"talks": 1}, "conversations_first"),
        (GROWN, {"talks": 1, "people": 3}, "conversations_first"),
        (GROWN, {"people": 3}, "stakeholders_first"),
        (GROWN, {"functions": 1}, "stakeholders_first"),
        (LATE, {}, "growing"),  # one look is above, three are not
        (LATE, {"talks": 1}, "not_yet"),
        (FLAT, {}, "not_yet"),
        (FLAT, {"talks": 0, "people": 0, "functions": 0}, "not_yet"),
        (GROWN, {"known": 15}, "unknown"),  # too short for one look
        (GROWN, {"known": 18}, "growing"),  # three looks, all of them above
        (GROWN, {"known": 18, "talks": 1}, "unknown"),
        (FLAT, {"known": 16}, "not_yet"),  # one look, and it is not above
        (GROWN, {"talks": None}, "unknown"),
        (GROWN, {"people": None, "functions": None}, "unknown"),
        (FLAT, {"talks": None}, "not_yet"),
        ([0] * 15 + [50] * 4, {}, "not_yet"),  # it has begun, not grown
    ],
)
def test_the_table(weeks, values, is_what):
    assert readiness(weeks, **values) == is_what


def test_fifteen_percent_is_enough_and_less_is_not():
    steps = [100] * 15 + [100, 110, 120, 130]  # 460 against 1,200; a week ago 430
    assert judged(steps).looks_above[0] == 1
    assert judged([*steps[:-1], 129]).looks_above[0] == 0
    assert growth(np.array([steps]))[0] == pytest.approx(0.15)
    assert np.isnan(growth(np.array([[0] * 15 + [9] * 4]))[0])


def test_a_break_begins_the_count_anew():
    # Of the latest look four weeks hold 520 against 1,320 in twelve (18.2 %); of the one before
    # 520 against 1,290; then 520 against 1,260 and 1,230.
    weeks = [100] * 11 + [130] * 8
    assert judged(weeks).looks_above[0] == 4
    weeks[14] = 0  # the latest baseline is 1,190; a week ago three of the four weeks were used
    assert judged(weeks).looks_above[0] == 1


def test_a_week_that_rises_by_a_fifth_is_an_early_sign():
    assert judged([*FLAT[:-1], 120]).is_early[0]
    assert not judged([*FLAT[:-1], 119]).is_early[0]
    assert not judged([*FLAT[:-2], 0, 50]).is_early[0]
    assert not judged([*FLAT[:-1], 120], known=1).is_early[0]


def test_what_is_met_is_counted():
    assert judged(GROWN).met[0] == 3
    assert judged(GROWN, talks=0).met[0] == 2
    assert judged(FLAT, talks=None).met[0] == 1


def streak_of(weeks, known):
    """Looks in a row that are above, from the latest back, and whether one that is not ended it."""
    for ago in range(4):
        if known < 16 + ago:
            return ago, False
        end = 19 - ago
        recent = Fraction(sum(weeks[end - 4 : end]), 4)
        base = Fraction(sum(weeks[end - 16 : end - 4]), 12)
        if base == 0 or recent < base * Fraction(23, 20):
            return ago, True
    return 4, False


def oracle(weeks, known, talks, people, functions):
    """Of one account, in plain numbers."""
    streak, was_ended = streak_of(weeks, known)
    talk = None if talks is None else talks >= 2
    broad = None if people is None else people >= 4 and functions >= 2
    if streak == 4:
        table = {(True, True): "ready", (True, False): "stakeholders_first"}
        return "conversations_first" if talk is False else table.get((talk, broad), "unknown")
    if streak and talk and broad:
        return "growing"
    return "not_yet" if was_ended else "unknown"


counts = st.none() | st.integers(0, 6)
weeks_of_use = st.one_of(
    st.lists(st.integers(0, 400), min_size=19, max_size=19),
    st.integers(0, 19).flatmap(
        lambda n: st.tuples(st.integers(0, 60), st.integers(0, 90)).map(
            lambda levels: [levels[0]] * n + [levels[1]] * (19 - n)
        )
    ),
)


@given(weeks_of_use, st.integers(0, 19), counts, counts, st.integers(0, 5))
def test_it_says_what_one_account_alone_would_be_told(weeks, known, talks, people, functions):
    functions = None if people is None else functions
    told = readiness(weeks, known=known, talks=talks, people=people, functions=functions)
    assert told == oracle(weeks, known, talks, people, functions)


@given(st.lists(weeks_of_use, min_size=1, max_size=6))
def test_the_company_it_is_in_makes_no_difference(rows):
    ones = np.full(len(rows), 19)
    many = np.full(len(rows), 5.0)
    facts = ReadinessFacts(np.array(rows), ones, many, many, many)
    together = judge_readiness(facts).readiness.tolist()
    alone = [int(judged(row, talks=5, people=5, functions=5).readiness[0]) for row in rows]
    assert together == alone


@given(weeks_of_use, counts, counts)
def test_more_talks_never_make_it_less_ready(weeks, talks, people):
    """Ready stays ready."""
    if readiness(weeks, talks=talks, people=people, functions=people) == "ready":
        assert readiness(weeks, talks=talks + 1, people=people + 1, functions=people) == "ready"


@pytest.mark.parametrize(
    ("agents", "everybody", "begins"),
    [
        ([0, 0, 0, 0, 60, 60, 60, 60], [100] * 8, True),
        ([0, 0, 0, 0, 50, 50, 50, 50], [100] * 8, False),  # half is not more than half
        ([60] * 8, [100] * 8, False),  # they did before
        ([0, 0, 0, 60, 60, 60, 60, 60], [100] * 8, False),  # a week ago
        ([0] * 8, [0] * 8, False),
        ([0, 0, 0, 0, 0, 0, 0, 9], [0, 0, 0, 0, 0, 0, 0, 9], True),
    ],
)
def test_agents_take_over_once(agents, everybody, begins):
    assert takes_over(np.array([agents]), np.array([everybody]))[0] == begins
