"""The array paths say exactly what the plain ones say."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metrics.retention.money import convert, convert_all
from metrics.retention.positions import AccountPosition, retention_of
from metrics.retention.series import LedgerArrays, MonthPair, position_series
from metrics.retention.vectors import PositionArrays, retention_by_group

RATES = st.decimals(min_value=Decimal("0.0000000001"), max_value=Decimal(20_000), places=10)
WIDE = st.integers(min_value=-(10**15), max_value=10**15)


@given(st.lists(WIDE), RATES)
def test_converting_an_array_equals_converting_each_row(amounts, rate):
    converted = convert_all(amounts=np.array(amounts, dtype=np.int64), rate=rate)
    assert converted.tolist() == [convert(amount=a, rate=rate) for a in amounts]


@given(st.lists(st.integers(-(10**6), 10**6)), st.sampled_from(["0.5", "0.25", "1.5", "1", "3"]))
def test_halves_go_to_the_even_neighbour_in_arrays_too(amounts, rate):
    converted = convert_all(amounts=np.array(amounts, dtype=np.int64), rate=Decimal(rate))
    assert converted.tolist() == [round(a * Fraction(rate)) for a in amounts]


@st.composite
def books(draw):
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(-(10**14), 10**14),
                st.integers(-(10**14), 10**14),
                st.booleans(),
                st.booleans(),
                st.booleans(),
                st.integers(0, 3),
            )
        )
    )
    return [
        (AccountPosition(i, start, end, was, now, was or before), group)
        for i, (start, end, was, now, before, group) in enumerate(rows)
    ]


@given(books())
def test_groups_of_arrays_equal_the_exact_path(book):
    arrays = PositionArrays(
        start=np.array([p.start for p, _ in book], dtype=np.int64),
        end=np.array([p.end for p, _ in book], dtype=np.int64),
        was_active=np.array([p.was_active for p, _ in book], dtype=np.bool_),
        is_active=np.array([p.is_active for p, _ in book], dtype=np.bool_),
        had_revenue=np.array([p.had_revenue for p, _ in book], dtype=np.bool_),
    )
    groups = np.array([group for _, group in book], dtype=np.int64)
    expected = [
        retention_of(positions=[p for p, found in book if found == group]) for group in range(4)
    ]
    assert retention_by_group(arrays=arrays, groups=groups, count=4) == expected


CURRENCIES = ("USD", "EUR", "JPY")
movements = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(1, 60),
        st.integers(-1_000_000, 1_000_000),
        st.integers(0, 2),
    )
)
pairs = st.lists(
    st.tuples(st.integers(1, 30), st.integers(31, 60), RATES, RATES), min_size=1, max_size=4
)


def by_hand(rows, account, day, rates):
    """ARR, whether anything is owed in a contract currency, whether there ever was a row."""
    arr, native, begun = 0, defaultdict(int), False
    for owner, effective, amount, currency in rows:
        if owner == account and effective <= day:
            arr += convert(amount=amount, rate=rates[CURRENCIES[currency]])
            native[currency] += amount
            begun = True
    return arr, any(native.values()) and arr > 0, begun


@given(movements, pairs)
def test_a_series_from_one_pass_equals_adding_up_the_ledger_each_time(rows, windows):
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 4).T
    ledger = LedgerArrays(
        account=columns[0],
        day=columns[1],
        amount=columns[2],
        currency=columns[3],
        accounts=5,
        currencies=CURRENCIES,
    )
    months = [
        MonthPair(start=start, end=end, rates={"USD": Decimal(1), "EUR": euro, "JPY": yen})
        for start, end, euro, yen in windows
    ]
    for month, found in zip(months, position_series(ledger=ledger, pairs=months), strict=True):
        for account in range(5):
            start, was_active, begun = by_hand(rows, account, month.start, month.rates)
            end, is_active, _ = by_hand(rows, account, month.end, month.rates)
            assert (found.start[account], found.end[account]) == (start, end)
            assert found.was_active[account] == was_active
            assert found.is_active[account] == is_active
            assert found.had_revenue[account] == begun
