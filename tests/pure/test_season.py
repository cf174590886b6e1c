"""Taking a season out of changes: what it must never do, for any changes and medians."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.measures import MEASURES
from health.measures.percentiles import ALL, Distributions, distribution_of
from health.measures.season import is_season, without_season

CHANGES = st.floats(-1, 50)
MEDIANS = st.floats(-1, 20)


def one(change, median):
    return float(without_season(np.array([change]), median)[0])


@given(CHANGES, MEDIANS)
def test_the_median_account_itself_did_not_move(change, median):
    if is_season(median):
        assert one(median, median) == 0
        assert one(change, median) >= -1


@given(CHANGES, CHANGES, MEDIANS)
def test_who_fell_more_still_fell_more(first, second, median):
    low, high = sorted((first, second))
    assert one(low, median) <= one(high, median)


@given(CHANGES, st.one_of(st.floats(-0.1, 0.1), st.just(float("nan")), st.just(-1.0)))
def test_without_a_season_a_change_stays_as_it_is(change, median):
    assert one(change, median) == change


@given(CHANGES, st.floats(-0.9, 20).filter(lambda m: abs(m) > 0.1))
def test_a_change_is_what_it_is_relative_to_times_the_season(change, median):
    assert (1 + one(change, median)) * (1 + median) == pytest.approx(1 + change)


def test_a_missing_change_stays_missing():
    assert np.isnan(one(float("nan"), -0.3))


def test_a_median_is_one_of_twenty_accounts_or_more():
    spread = Distributions({"x": {ALL: distribution_of(np.arange(21.0))}})
    assert spread.median("x") == 10
    few = Distributions({"x": {ALL: distribution_of(np.arange(19.0))}})
    assert np.isnan(few.median("x"))
    assert np.isnan(Distributions().median("x"))


def test_no_percentile_is_taken_of_a_trend_without_its_season():
    assert "a percentile needs no season taken out" in MEASURES.problem(
        "usage_trend(season=out, percentile=all)"
    )
    assert MEASURES.spelled("usage_trend(season=kept)") == "usage_trend"
