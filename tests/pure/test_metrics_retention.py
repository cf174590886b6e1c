"""Retention by hand, then the laws that hold for any ledger."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.money.conversion import convert
from metrics.definitions import (
    NET_REVENUE_CHURN,
    Bridge,
    Cohort,
    Logos,
    Method,
    Rate,
    Retention,
)
from metrics.retention.rates import (
    blended_target,
    failure_mode,
    is_unusual,
    percent,
    rate_band,
    stored,
)
from tests.pure.ledgers import END, LOSSES, START, dollars, numbers, report
from tests.pure.retention_oracle import figures

# Start 1,000: A 400 → 550, B 300 → 270, C 200 → 0, D 100 → 0 → 100; E new 80; F back with 40.
A, B, C, D, E, F = range(6)
BOOK = dollars(
    (A, 10, "new", 400), (A, 120, "expansion", 150),
    (B, 10, "new", 300), (B, END, "contraction", 30),
    (C, START, "new", 200), (C, 130, "churn", 200),
    (D, 10, "new", 100), (D, 130, "churn", 100), (D, 150, "reactivation", 100),
    (E, 140, "new", 80),
    (F, 10, "new", 70), (F, 20, "churn", 70), (F, 140, "reactivation", 40),
    (F, END + 1, "expansion", 9),
)  # fmt: skip


def test_bridge_by_account_counts_the_net_change_between_the_ends():
    bridge = report(BOOK).bridge
    assert bridge == Bridge(
        start=1000, new=80, reactivation=40, expansion=150, contraction=30, churn=200
    )
    assert bridge.end == 1000 + 80 + 40 + 150 - 30 - 200 == 1040


def test_bridge_by_movements_shows_both_halves_of_a_return():
    bridge = report(BOOK, method=Method.BY_MOVEMENTS).bridge
    assert bridge == Bridge(
        start=1000, new=80, reactivation=140, expansion=150, contraction=30, churn=300
    )
    assert bridge.end == 1040


def test_rates_of_the_hand_worked_book():
    retention = report(BOOK)
    # Cohort A–D: (550 + 270 + 0 + 100) ÷ 1,000; kept (400 + 270 + 0 + 100) ÷ 1,000; 3 of 4 logos.
    assert retention.rate(Rate.NRR) == Fraction(92, 100)
    assert retention.rate(Rate.GRR) == Fraction(77, 100)
    assert retention.rate(Rate.LOGO) == Fraction(3, 4)
    assert retention.logos == Logos(
        start=4, kept=3, end=5, new=1, reactivated=1, expanded=1, contracted=1
    )


def test_grr_by_movements_takes_every_loss_even_of_one_who_came_back():
    by_movements = report(BOOK, method=Method.BY_MOVEMENTS)
    assert by_movements.rate(Rate.NRR) == Fraction(92, 100)
    assert by_movements.rate(Rate.GRR) == Fraction(1000 - 30 - 300, 1000)
    assert by_movements.rate(Rate.LOGO) == Fraction(3, 4)


def test_a_second_contract_booked_as_new_is_expansion_of_the_cohort():
    doubled = dollars((A, 10, "new", 100), (A, 120, "new", 100))
    found = report(doubled, method=Method.BY_MOVEMENTS)
    assert found.cohort == Cohort(start=100, expansion=100)
    assert found.bridge == Bridge(start=100, new=100)


def test_who_leaves_returns_and_leaves_again_takes_gross_retention_below_zero():
    rows = dollars(
        (A, 10, "new", 100), (A, 110, "churn", 100), (A, 120, "reactivation", 100),
        (A, 130, "churn", 100),
    )  # fmt: skip
    by_movements = report(rows, method=Method.BY_MOVEMENTS)
    # (100 − 100 − 100) ÷ 100: shown and named, never clamped.
    assert by_movements.rate(Rate.GRR) == -1
    assert is_unusual(rate=Rate.GRR, value=Fraction(-1))
    assert rate_band(rate=Rate.GRR, value=Fraction(-1)).value == "critical"
    assert report(rows).rate(Rate.GRR) == 0
    assert not is_unusual(rate=Rate.GRR, value=Fraction(0))
    assert not is_unusual(rate=Rate.NRR, value=Fraction(2))
    assert is_unusual(rate=Rate.NRR, value=Fraction(201, 100))


@pytest.mark.parametrize(
    ("rows", "bridge"),
    [
        # A term of 60 ended and one of 66 began: one expansion of 6, no churn.
        ([("churn", 60), ("new", 66)], Bridge(start=60, expansion=6)),
        ([("churn", 60), ("reactivation", 55)], Bridge(start=60, contraction=5)),
        # Booked as lost and taken back.
        ([("churn", 60), ("reactivation", 60)], Bridge(start=60)),
        ([("contraction", 20), ("churn", 40)], Bridge(start=60, churn=60)),
        # Two contracts that grew are both growth.
        ([("expansion", 3), ("expansion", 4)], Bridge(start=60, expansion=7)),
    ],
)
def test_by_movements_what_happened_on_one_day_is_one_movement(rows, bridge):
    book = dollars((A, 10, "new", 60), *((A, 150, kind, amount) for kind, amount in rows))
    assert report(book, method=Method.BY_MOVEMENTS).bridge == bridge


def test_a_change_of_currency_on_one_day_is_one_movement():
    # 60,000 dollars become 55,000 euros at 1.08 = 59,400.
    rows = [
        (A, 10, 60_000, "USD", "new"),
        (A, 150, -60_000, "USD", "churn"),
        (A, 150, 55_000, "EUR", "new"),
    ]
    rates = {"USD": Decimal(1), "EUR": Decimal("1.08")}
    found = report(rows, method=Method.BY_MOVEMENTS, rates=rates)
    assert found.bridge == Bridge(start=60_000, contraction=600)


def test_spec_example_is_107_and_92_percent():
    found = Retention(
        cohort=Cohort(start=1_000_000, expansion=150_000, contraction=30_000, churn=50_000)
    )
    assert percent(rate=found.rate(Rate.NRR)) == Decimal("107.0")
    assert percent(rate=found.rate(Rate.GRR)) == Decimal("92.0")
    assert NET_REVENUE_CHURN.of(found) == Fraction(-7, 100)


def test_without_a_cohort_there_is_no_rate():
    retention = report(dollars((A, 120, "new", 50)))
    assert [retention.rate(rate) for rate in Rate] == [None, None, None]
    assert rate_band(rate=Rate.NRR, value=None) is None
    assert not is_unusual(rate=Rate.GRR, value=None)
    assert stored(None) is None
    assert failure_mode(retention=retention, scored=0, below_sixty=0) is None
    assert blended_target([]) is None


def test_a_cent_of_rounding_makes_nobody_a_paying_account():
    # At 0.5: 3 → 2 (1.5), −1 → 0 (−0.5), −2 → −1; a cent is left and nothing is owed.
    rows = [
        (A, 10, 3, "EUR", "new"), (A, 20, -1, "EUR", "contraction"), (A, 30, -2, "EUR", "churn"),
    ]  # fmt: skip
    retention = report(rows, rates={"USD": Decimal(1), "EUR": Decimal("0.5")})
    assert retention.logos == Logos()
    assert retention.cohort == Cohort()
    assert retention.bridge.end == 1


def test_conversion_rounds_halves_to_the_even_cent():
    assert convert(amount=5, rate=Decimal("0.5")) == 2
    assert convert(amount=7, rate=Decimal("0.5")) == 4
    assert convert(amount=-5, rate=Decimal("0.5")) == -2


@st.composite
def ledgers(draw):
    """Possible ones: nobody loses more than they have, several rows may fall on one day."""
    rows = []
    for account in range(draw(st.integers(1, 4))):
        balance, had = 0, False
        for day in sorted(draw(st.lists(st.integers(80, 220), max_size=7))):
            kinds = ["expansion", "contraction", "churn"] if balance else ["new"]
            kind = draw(st.sampled_from(kinds))
            kind = "reactivation" if kind == "new" and had else kind
            most = balance if kind == "contraction" else 10**12
            amount = balance if kind == "churn" else draw(st.integers(1, most))
            kind = "churn" if kind == "contraction" and amount == balance else kind
            rows.append((account, day, kind, amount))
            balance += -amount if kind in LOSSES else amount
            had = True
    return dollars(*rows)


@given(ledgers(), st.sampled_from(Method))
def test_every_sum_is_the_one_of_the_plain_loops(rows, method):
    expected = figures(
        rows,
        start=START,
        end=END,
        by_movements=method is Method.BY_MOVEMENTS,
        rates={"USD": 1},
    )
    assert numbers(report(rows, method=method)) == expected


@given(ledgers(), st.sampled_from(Method))
def test_the_bridge_always_ends_at_the_end(rows, method):
    retention = report(rows, method=method)
    assert retention.bridge.end == sum(row[2] for row in rows if row[1] <= END)


@given(ledgers())
def test_both_methods_give_one_nrr_and_the_same_logos(rows):
    by_account, by_movements = (report(rows, method=method) for method in Method)
    assert by_account.rate(Rate.NRR) == by_movements.rate(Rate.NRR)
    assert by_account.rate(Rate.LOGO) == by_movements.rate(Rate.LOGO)
    assert by_account.logos == by_movements.logos


@given(ledgers(), st.randoms(use_true_random=False))
def test_grr_by_movements_does_not_depend_on_the_order_of_loading(rows, random):
    """Nor on rows that were loaded, taken back on their day and loaded again."""
    expected = report(rows, method=Method.BY_MOVEMENTS)
    shuffled = list(rows)
    for account, day, amount, currency, _ in random.sample(rows, len(rows) // 2):
        shuffled += [
            (account, day, -abs(amount), currency, "churn"),
            (account, day, abs(amount), currency, "reactivation"),
        ]
    random.shuffle(shuffled)
    found = report(shuffled, method=Method.BY_MOVEMENTS)
    assert found.rate(Rate.GRR) == expected.rate(Rate.GRR)
    assert found.cohort.end == expected.cohort.end


@given(ledgers())
def test_grr_by_account_lies_between_zero_and_one_and_never_above_nrr(rows):
    found = report(rows)
    gross, net = found.rate(Rate.GRR), found.rate(Rate.NRR)
    assert (gross is None) == (net is None) == (found.cohort.start == 0)
    if gross is not None:
        assert 0 <= gross <= 1
        assert gross <= net


@given(ledgers(), st.sampled_from(Method))
def test_grr_is_never_above_one_nor_nrr(rows, method):
    found = report(rows, method=method)
    gross = found.rate(Rate.GRR)
    assert gross is None or gross <= min(1, found.rate(Rate.NRR))


@given(ledgers(), ledgers())
def test_retention_of_two_books_is_the_sum(rows, other):
    moved = [(account + 10, *rest) for account, *rest in other]
    assert report(rows + moved) == report(rows) + report(other)
