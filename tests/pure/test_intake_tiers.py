from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.catalogue import Segment, TouchTier
from accounts.intake.tiers import Placement, Size, arr_score, place, segment_of, tier_of, tier_score

DAY = date(2025, 3, 14)


@pytest.mark.parametrize(
    ("arr", "segment"),
    [
        (0, Segment.SELF_SERVE),
        (4_999, Segment.SELF_SERVE),
        (5_000, Segment.SMB),
        (25_000, Segment.MID_MARKET),
        (100_000, Segment.ENTERPRISE),
        (499_999, Segment.ENTERPRISE),
        (500_000, Segment.STRATEGIC),
    ],
)
def test_segment_follows_the_table(arr, segment):
    assert segment_of(Decimal(arr)) == segment


@pytest.mark.parametrize(
    ("arr", "score"),
    [
        (0, 0),
        (5_000, 20),
        (10_000, 30),
        (15_000, 40),
        (100_000, 75),
        (300_000, "87.5"),
        (9**9, 100),
    ],
)
def test_arr_score_is_linear_between_its_points(arr, score):
    assert arr_score(Decimal(arr)) == Decimal(score)


@given(st.decimals(0, 2_000_000, places=2))
def test_arr_alone_reproduces_the_tier_table(arr):
    expected = (
        TouchTier.HIGH if arr >= 100_000 else TouchTier.LOW if arr >= 15_000 else TouchTier.TECH
    )
    assert tier_of(Size(arr)) == expected


def test_tier_score_weighs_four_factors():
    size = Size(Decimal(15_000), complexity=80, growth_potential=90, strategic_fit=100)
    assert tier_score(size) == Decimal(16 + 20 + 18 + 15)


def test_a_simple_large_account_is_never_below_low_touch():
    simple = Size(Decimal(120_000), complexity=0, growth_potential=0, strategic_fit=0)
    assert tier_of(simple) == TouchTier.LOW


def test_a_designation_is_immediate():
    tech = Placement(TouchTier.TECH)
    size = Size(Decimal(0), is_strategic=True)
    assert place(size, now_in=tech, day=DAY) == Placement(TouchTier.HIGH)


def test_a_tier_changes_after_thirty_days_past_the_margin():
    grown, tech = Size(Decimal(40_000)), Placement(TouchTier.TECH)
    waiting = place(grown, now_in=tech, day=DAY)
    assert waiting == Placement(TouchTier.TECH, TouchTier.LOW, DAY)
    almost = place(grown, now_in=waiting, day=DAY + timedelta(days=29))
    assert almost == waiting
    assert place(grown, now_in=almost, day=DAY + timedelta(days=30)) == Placement(TouchTier.LOW)


def test_a_score_within_the_margin_changes_nothing_and_restarts_the_wait():
    near = Size(Decimal(15_500))
    waiting = Placement(TouchTier.TECH, TouchTier.LOW, DAY)
    assert place(near, now_in=waiting, day=DAY + timedelta(days=40)) == Placement(TouchTier.TECH)


def test_falling_below_needs_the_margin_too():
    near, gone = Size(Decimal(14_500)), Size(Decimal(5_000))
    low = Placement(TouchTier.LOW)
    assert place(near, now_in=low, day=DAY) == low
    assert place(gone, now_in=low, day=DAY) == Placement(TouchTier.LOW, TouchTier.TECH, DAY)
