"""Retention by hand, then the laws that hold for any ledger."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.catalogue import MovementKind
from accounts.money.conversion import convert
from metrics.retention.positions import (
    AccountPosition,
    Bridge,
    Cohort,
    Logos,
    Method,
    kind_of_change,
    retention_of,
)
from metrics.retention.rates import (
    Rate,
    blended_target,
    failure_mode,
    grr,
    logo_retention,
    net_revenue_churn,
    nrr,
    percent,
    rate_band,
    stored,
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
