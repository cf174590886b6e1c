"""Bands, targets, failure modes and windows at their edges."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from metrics.definitions import QUICK_RATIO, Bridge, Cohort, Logos, Rate, Retention
from metrics.retention.rates import (
    FailureMode,
    RateBand,
    Target,
    blended_target,
    failure_mode,
    percent,
    rate_band,
    stored,
)
from metrics.retention.windows import (
    Window,
    latest_month_end,
    month_ends,
    months_before,
    quarter_of,
    trailing_window,
)


@pytest.mark.parametrize(
    ("rate", "percents", "band"),
    [
        (Rate.NRR, "89.99", RateBand.CRITICAL),
        (Rate.NRR, "90", RateBand.BELOW),
        (Rate.NRR, "99.99", RateBand.BELOW),
        (Rate.NRR, "100", RateBand.GOOD),
        (Rate.NRR, "110", RateBand.GREAT),
        (Rate.NRR, "120", RateBand.EXCELLENT),
        (Rate.NRR, "130", RateBand.TOP_DECILE),
        (Rate.GRR, "79.9", RateBand.CRITICAL),
        (Rate.GRR, "80", RateBand.BELOW),
        (Rate.GRR, "85", RateBand.GOOD),
        (Rate.GRR, "90", RateBand.GREAT),
        (Rate.GRR, "95", RateBand.GREAT),
        (Rate.GRR, "95.01", RateBand.EXCELLENT),
        (Rate.LOGO, "84.9", RateBand.BELOW),
        (Rate.LOGO, "85", RateBand.GOOD),
        (Rate.LOGO, "92", RateBand.GREAT),
    ],
)
def test_bands_start_at_their_lower_bound(rate, percents, band):
    assert rate_band(rate=rate, value=Fraction(percents) / 100) is band


def test_no_expansion_motion_needs_growing_logos_and_few_expansions():
    cohort = Cohort(start=1000, contraction=30)
    logos = Logos(start=100, kept=98, end=120, new=22, expanded=4)
    stagnant = Retention(cohort=cohort, logos=logos)
    assert (
        failure_mode(retention=stagnant, scored=100, below_sixty=29)
        is FailureMode.NO_EXPANSION_MOTION
    )
    one_more = Retention(cohort=cohort, logos=logos + Logos(expanded=1))
    assert failure_mode(retention=one_more, scored=100, below_sixty=0) is None
    shrinking = Retention(cohort=cohort, logos=logos + Logos(end=-20))
    assert failure_mode(retention=shrinking, scored=100, below_sixty=0) is None


def test_leaky_under_expansion_by_gross_retention_or_by_health():
    logos = Logos(start=10, kept=8, end=8, expanded=5)
    leaky = Retention(cohort=Cohort(start=1000, expansion=300, churn=160), logos=logos)
    assert (
        failure_mode(retention=leaky, scored=0, below_sixty=0) is FailureMode.LEAKY_UNDER_EXPANSION
    )
    tight = Retention(cohort=Cohort(start=1000, expansion=300, churn=100), logos=logos)
    assert failure_mode(retention=tight, scored=10, below_sixty=2) is None
    assert (
        failure_mode(retention=tight, scored=10, below_sixty=3) is FailureMode.LEAKY_UNDER_EXPANSION
    )


def test_targets_blend_by_the_arr_each_segment_started_with():
    enterprise = Target(low=Fraction(115, 100), high=Fraction(130, 100))
    smb = Target(low=Fraction(95, 100), high=Fraction(105, 100))
    blended = blended_target([(300, enterprise), (100, smb)])
    assert blended == Target(low=Fraction(110, 100), high=Fraction(495, 400))


def test_quick_ratio_without_a_loss_is_none():
    assert QUICK_RATIO.of(Retention(bridge=Bridge(start=10, new=5))) is None


def test_percent_rounds_halves_up_and_only_once():
    assert percent(rate=Fraction(99995, 100000)) == Decimal("100.0")
    assert percent(rate=Fraction(-7, 100), places=0) == Decimal(-7)
    assert stored(Fraction(1, 3)) == Decimal("0.333333")


def test_windows_end_on_month_ends():
    assert trailing_window(as_of=date(2024, 3, 15)) == Window(
        start=date(2023, 2, 28), end=date(2024, 2, 29)
    )
    assert latest_month_end(date(2024, 12, 31)) == date(2024, 12, 31)
    assert months_before(end=date(2024, 2, 29), months=-3) == date(2024, 5, 31)
    assert month_ends(until=date(2024, 2, 29), count=3) == (
        date(2023, 12, 31),
        date(2024, 1, 31),
        date(2024, 2, 29),
    )
    assert quarter_of(date(2024, 5, 20)) == Window(start=date(2024, 3, 31), end=date(2024, 6, 30))


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends after it starts"):
        Window(start=date(2024, 2, 1), end=date(2024, 2, 1))


def test_each_rate_reads_its_own_part():
    found = Retention(
        cohort=Cohort(start=100, expansion=10, churn=20), logos=Logos(start=4, kept=3)
    )
    assert [found.rate(rate) for rate in Rate] == [
        Fraction(90, 100),
        Fraction(80, 100),
        Fraction(3, 4),
    ]
