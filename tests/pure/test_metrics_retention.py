"""Retention by hand, then the laws that hold for any ledger."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.catalogue import MovementKind
from metrics.retention.money import convert
from metrics.retention.positions import (
    AccountPosition,
    Bridge,
    Cohort,
    Logos,
    Method,
    Retention,
    kind_of_change,
    retention_of,
)
from metrics.retention.rates import (
    FailureMode,
    Rate,
    RateBand,
    Target,
    blended_target,
    failure_mode,
    grr,
    logo_retention,
    net_revenue_churn,
    nrr,
    percent,
    quick_ratio,
    rate_band,
    share_of_largest,
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


def position(account_id, *, start, end, had_revenue=None, **movements):
    return AccountPosition(
        account_id=account_id,
        start=start,
        end=end,
        was_active=start > 0,
        is_active=end > 0,
        had_revenue=start > 0 if had_revenue is None else had_revenue,
        **movements,
    )


# Start 1,000: A 400 → 550, B 300 → 270, C 200 → 0, D 100 → 100; new with 80; back with 40.
BOOK = [
    position(1, start=400, end=550, expansion=150),
    position(2, start=300, end=270, contraction=30),
    position(3, start=200, end=0, churn=200),
    position(4, start=100, end=100, churn=100, reactivation=100),
    position(5, start=0, end=80, new=80),
    position(6, start=0, end=40, had_revenue=True, reactivation=40),
]


def test_bridge_by_account_counts_the_net_change_between_the_ends():
    bridge = retention_of(positions=BOOK).bridge
    assert bridge == Bridge(
        start=1000, new=80, reactivation=40, expansion=150, contraction=30, churn=200
    )
    assert bridge.end == 1000 + 80 + 40 + 150 - 30 - 200 == 1040


def test_bridge_by_movements_shows_both_halves_of_a_return():
    bridge = retention_of(positions=BOOK, method=Method.BY_MOVEMENTS).bridge
    assert bridge == Bridge(
        start=1000, new=80, reactivation=140, expansion=150, contraction=30, churn=300
    )
    assert bridge.end == 1040


def test_rates_of_the_hand_worked_book():
    retention = retention_of(positions=BOOK)
    # Cohort A–D: (550 + 270 + 0 + 100) ÷ 1,000; kept (400 + 270 + 0 + 100) ÷ 1,000; 3 of 4 logos.
    assert nrr(retention.cohort) == Fraction(92, 100)
    assert grr(retention.cohort) == Fraction(77, 100)
    assert logo_retention(retention.logos) == Fraction(3, 4)
    assert retention.logos == Logos(
        start=4, kept=3, end=5, new=1, reactivated=1, expanded=1, contracted=1
    )


def test_grr_by_movements_takes_every_loss_even_of_one_who_came_back():
    by_movements = retention_of(positions=BOOK, method=Method.BY_MOVEMENTS).cohort
    assert nrr(by_movements) == Fraction(92, 100)
    assert grr(by_movements) == Fraction(1000 - 30 - 300, 1000)


def test_a_second_contract_booked_as_new_is_expansion_of_the_cohort():
    doubled = [position(1, start=100, end=200, new=100)]
    cohort = retention_of(positions=doubled, method=Method.BY_MOVEMENTS).cohort
    assert cohort == Cohort(start=100, expansion=100)


def test_spec_example_is_107_and_92_percent():
    cohort = Cohort(start=1_000_000, expansion=150_000, contraction=30_000, churn=50_000)
    assert percent(rate=nrr(cohort)) == Decimal("107.0")
    assert percent(rate=grr(cohort)) == Decimal("92.0")
    assert net_revenue_churn(cohort) == Fraction(-7, 100)


def test_without_a_cohort_there_is_no_rate():
    retention = retention_of(positions=[position(1, start=0, end=50)])
    assert nrr(retention.cohort) is None
    assert grr(retention.cohort) is None
    assert logo_retention(retention.logos) is None
    assert rate_band(rate=Rate.NRR, value=None) is None
    assert stored(None) is None
    assert failure_mode(retention=retention, scored=0, below_sixty=0) is None
    assert blended_target([]) is None


def test_a_cent_of_rounding_makes_nobody_a_paying_account():
    left = AccountPosition(
        account_id=1, start=1, end=1, was_active=False, is_active=False, had_revenue=True
    )
    retention = retention_of(positions=[left])
    assert retention.logos == Logos()
    assert retention.cohort == Cohort()
    assert retention.bridge.end == 1


@pytest.mark.parametrize(
    ("was", "now", "before", "change", "kind"),
    [
        (False, True, False, 5, MovementKind.NEW),
        (False, True, True, 5, MovementKind.REACTIVATION),
        (True, False, True, -5, MovementKind.CHURN),
        (True, True, True, 5, MovementKind.EXPANSION),
        (True, True, True, -5, MovementKind.CONTRACTION),
        (True, True, True, 0, None),
        (False, False, True, 0, None),
    ],
)
def test_kind_of_change(was, now, before, change, kind):
    found = kind_of_change(change=change, was_active=was, is_active=now, had_revenue=before)
    assert found is kind


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


def test_the_largest_expansions_and_their_share():
    assert share_of_largest(amounts=[50, 10, 10, 10, 10, 5, 5]) == Fraction(90, 100)
    assert share_of_largest(amounts=[]) is None


def test_targets_blend_by_the_arr_each_segment_started_with():
    enterprise = Target(low=Fraction(115, 100), high=Fraction(130, 100))
    smb = Target(low=Fraction(95, 100), high=Fraction(105, 100))
    blended = blended_target([(300, enterprise), (100, smb)])
    assert blended == Target(low=Fraction(110, 100), high=Fraction(495, 400))


def test_quick_ratio_without_a_loss_is_none():
    assert quick_ratio(Bridge(start=10, new=5)) is None


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


def test_conversion_rounds_halves_to_the_even_cent():
    assert convert(amount=5, rate=Decimal("0.5")) == 2
    assert convert(amount=7, rate=Decimal("0.5")) == 4
    assert convert(amount=-5, rate=Decimal("0.5")) == -2


amounts = st.integers(min_value=0, max_value=10**12)


@st.composite
def positions(draw):
    """Any account: its start, then any movements that fit it."""
    start = draw(amounts)
    expansion, reactivation, contraction = draw(amounts), draw(amounts), draw(amounts)
    new = draw(amounts) if start == 0 else 0
    end = draw(amounts)
    churn = start + new + expansion + reactivation - contraction - end
    if churn < 0:
        expansion, churn = expansion - churn, 0
    return position(
        draw(st.integers(1, 10**6)),
        start=start,
        end=end,
        had_revenue=start > 0 or draw(st.booleans()),
        new=new,
        expansion=expansion,
        reactivation=reactivation,
        contraction=contraction,
        churn=churn,
    )


@given(st.lists(positions()), st.sampled_from(Method))
def test_the_bridge_always_ends_at_the_end(book, method):
    retention = retention_of(positions=book, method=method)
    assert retention.bridge.end == sum(p.end for p in book)
    assert retention.cohort.end == sum(p.end for p in book if p.was_active)


@given(st.lists(positions()))
def test_both_methods_give_one_nrr(book):
    by_account = retention_of(positions=book)
    by_movements = retention_of(positions=book, method=Method.BY_MOVEMENTS)
    assert nrr(by_account.cohort) == nrr(by_movements.cohort)
    assert by_account.logos == by_movements.logos


@given(st.lists(positions()), st.sampled_from(Method))
def test_grr_lies_between_zero_and_one_and_never_above_nrr(book, method):
    cohort = retention_of(positions=book, method=method).cohort
    gross, net = grr(cohort), nrr(cohort)
    assert (gross is None) == (net is None) == (cohort.start == 0)
    if gross is not None and net is not None:
        assert 0 <= gross <= 1
        assert gross <= max(net, Fraction(0))


@given(st.lists(positions()))
def test_grr_by_account_is_what_each_account_kept_of_its_start(book):
    cohort = retention_of(positions=book).cohort
    kept = sum(min(p.end, p.start) for p in book if p.was_active)
    assert cohort.start - cohort.contraction - cohort.churn == kept


@given(st.lists(positions()), st.lists(positions()))
def test_retention_of_two_books_is_the_sum(book, other):
    assert retention_of(positions=book + other) == retention_of(positions=book) + retention_of(
        positions=other
    )
