"""Percentiles: against a count by hand, and the properties that make them comparable."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.measures import MEASURES
from health.measures.percentiles import (
    ALL,
    LEAST_ACCOUNTS,
    MOST_VALUES,
    Distributions,
    distribution_of,
)

numbers = st.integers(-50, 50).map(float)
lists = st.lists(numbers, min_size=1, max_size=60)


def by_hand(values, value):
    """The share of values below, and half of those that are equal."""
    below = sum(1 for each in values if each < value)
    equal = sum(1 for each in values if each == value)
    return 100 * (below + equal / 2) / len(values)


@given(lists, numbers)
def test_a_percentile_is_the_share_below_and_half_of_the_equal(values, value):
    spread = distribution_of(np.array(values))

    assert spread.accounts == len(values)
    assert spread.percentile(np.array([value]))[0] == pytest.approx(by_hand(values, value))


@given(lists, st.lists(numbers, min_size=2, max_size=10))
def test_more_is_never_a_lower_percentile_and_none_leaves_the_scale(values, asked):
    found = distribution_of(np.array(values)).percentile(np.array(sorted(asked)))

    assert (np.diff(found) >= 0).all()
    assert ((found >= 0) & (found <= 100)).all()


@given(lists)
def test_the_mean_percentile_of_those_that_were_spread_is_the_middle(values):
    spread = distribution_of(np.array(values))

    assert spread.percentile(np.array(values)).mean() == pytest.approx(50)


@given(lists, st.randoms())
def test_the_order_of_accounts_and_the_unit_do_not_matter(values, dice):
    shuffled = list(values)
    dice.shuffle(shuffled)
    plain = distribution_of(np.array(values)).percentile(np.array(values))
    scaled = distribution_of(np.array(shuffled) * 1_000).percentile(np.array(values) * 1_000)

    assert plain.tolist() == scaled.tolist()


def test_a_missing_value_is_in_no_distribution_and_has_no_percentile():
    spread = distribution_of(np.array([1.0, np.nan, 3.0]))

    assert spread.accounts == 2
    assert np.isnan(spread.percentile(np.array([np.nan]))[0])


def test_of_many_values_a_sample_is_right_to_a_tenth():
    dice = np.random.default_rng(3)
    values = np.concatenate([np.zeros(30_000), dice.gamma(0.7, 40, 70_000).round(1)])
    spread = distribution_of(values)
    asked = np.array([0.0, 0.1, 1, 5, 20, 80, 200])

    assert (spread.accounts, len(spread.values)) == (100_000, MOST_VALUES)
    expected = [by_hand(values.tolist(), value) for value in asked.tolist()]
    assert spread.percentile(asked) == pytest.approx(expected, abs=0.1)


def groups(**sizes):
    """By segment so many accounts, whose values are 1, 2, 3 …"""
    return {
        int(name.removeprefix("s")) if name != "everyone" else ALL: distribution_of(
            np.arange(1.0, size + 1)
        )
        for name, size in sizes.items()
    }


def test_a_small_segment_is_held_against_all():
    large, small = LEAST_ACCOUNTS, LEAST_ACCOUNTS - 1
    spread = Distributions({"x": groups(s1=large, s2=small, everyone=200)})
    values = np.array([20.0, 19.0, 20.0])
    found = spread.percentiles("x", values, segments=np.array([1.0, 2.0, 3.0]))

    assert found.tolist() == [97.5, 9.25, 9.75]  # 19.5 of 20, 18.5 of 200, 19.5 of 200
    assert [spread.group("x", segment) for segment in (1, 2, 3)] == [1, ALL, ALL]


def test_with_too_few_accounts_nobody_is_held_against_anybody():
    spread = Distributions({"x": groups(everyone=LEAST_ACCOUNTS - 1)})

    assert np.isnan(spread.percentiles("x", np.array([1.0]), segments=np.array([1.0]))).all()
    assert np.isnan(Distributions().percentiles("x", np.array([1.0]), segments=np.ones(1))).all()


def test_any_measure_has_its_percentile():
    for written, spelled in (
        ("login_frequency(percentile=segment)", "login_frequency(percentile=segment)"),
        ("login_frequency(percentile=none)", "login_frequency"),
        (
            "feature_events(percentile=all, per=seats, feature=a)",
            "feature_events(feature=a, per=seats, percentile=all)",
        ),
    ):
        assert MEASURES.spelled(written) == spelled
    compared = MEASURES["login_frequency(percentile=segment)"]
    assert compared.compared == "login_frequency"
    assert compared.name == "Login frequency, percentile within its segment"
    assert "percentile is none, segment or all, not “plan”" in MEASURES.problem(
        "champions(percentile=plan)"
    )
