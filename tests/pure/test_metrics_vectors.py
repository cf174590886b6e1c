"""The array paths say exactly what the plain ones say."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from accounts.money.conversion import convert, convert_all
from metrics.retention.attributes import UNKNOWN, AttributeArrays, start_quarters, values_on
from metrics.retention.positions import AccountPosition, Method, net_change_kind, retention_of
from metrics.retention.series import LedgerArrays, MonthPair, movement_parts, position_series
from metrics.retention.vectors import (
    KINDS,
    NO_KIND,
    PositionArrays,
    net_change_kinds,
    retention_by_group,
)

RATES = st.decimals(min_value=Decimal("0.0000000001"), max_value=Decimal(20_000), places=10)
WIDE = st.integers(min_value=-(10**13), max_value=10**13)


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
    kinds = [
        NO_KIND if kind is None else KINDS.index(kind)
        for kind in map(net_change_kind, (p for p, _ in book))
    ]
    assert net_change_kinds(arrays).tolist() == kinds
    groups = np.array([group for _, group in book], dtype=np.int64)
    expected = [
        retention_of(positions=[p for p, found in book if found == group]) for group in range(4)
    ]
    assert retention_by_group(arrays=arrays, groups=groups, count=4) == expected


CURRENCIES = ("USD", "EUR", "JPY")
ACCOUNTS = 5
movements = st.lists(
    st.tuples(
        st.integers(0, ACCOUNTS - 1),
        st.integers(1, 60),
        st.integers(-1_000_000, 1_000_000),
        st.integers(0, 2),
        st.integers(0, len(KINDS) - 1),
    )
)
pairs = st.lists(
    st.tuples(st.integers(1, 30), st.integers(31, 60), RATES, RATES), min_size=1, max_size=4
)


def ledger_of(rows):
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 5).T
    return LedgerArrays(
        account=columns[0],
        day=columns[1],
        amount=columns[2],
        currency=columns[3],
        kind=columns[4],
        accounts=np.arange(ACCOUNTS, dtype=np.int64),
        currencies=CURRENCIES,
    )


def month_of(start, end, euro, yen):
    return MonthPair(start=start, end=end, rates={"USD": Decimal(1), "EUR": euro, "JPY": yen})


def by_hand(rows, account, day, rates):
    """ARR, whether anything is owed in a contract currency, whether there ever was a row."""
    arr, native, begun = 0, defaultdict(int), False
    for owner, effective, amount, currency, _ in rows:
        if owner == account and effective <= day:
            arr += convert(amount=amount, rate=rates[CURRENCIES[currency]])
            native[currency] += amount
            begun = True
    return arr, any(native.values()) and arr > 0, begun


@given(movements, pairs)
def test_a_series_from_one_pass_equals_adding_up_the_ledger_each_time(rows, windows):
    months = [month_of(*window) for window in windows]
    series = position_series(ledger=ledger_of(rows), pairs=months)
    for month, found in zip(months, series, strict=True):
        for account in range(ACCOUNTS):
            start, was_active, begun = by_hand(rows, account, month.start, month.rates)
            end, is_active, _ = by_hand(rows, account, month.end, month.rates)
            assert (found.start[account], found.end[account]) == (start, end)
            assert found.was_active[account] == was_active
            assert found.is_active[account] == is_active
            assert found.had_revenue[account] == begun


@given(movements, pairs)
def test_by_movements_arrays_equal_the_exact_path(rows, windows):
    month, ledger = month_of(*windows[0]), ledger_of(rows)
    (arrays,) = position_series(ledger=ledger, pairs=[month])
    parts = movement_parts(ledger=ledger, pair=month)
    exact = []
    for account in range(ACCOUNTS):
        sums = defaultdict(int)
        for owner, day, amount, currency, kind in rows:
            if owner == account and month.start < day <= month.end:
                converted = convert(amount=amount, rate=month.rates[CURRENCIES[currency]])
                sign = -1 if KINDS[kind] in ("contraction", "churn") else 1
                sums[KINDS[kind].value] += sign * converted
        exact.append(
            AccountPosition(
                account_id=account,
                start=int(arrays.start[account]),
                end=int(arrays.end[account]),
                was_active=bool(arrays.was_active[account]),
                is_active=bool(arrays.is_active[account]),
                had_revenue=bool(arrays.had_revenue[account]),
                **sums,
            )
        )
    groups = np.zeros(ACCOUNTS, dtype=np.int64)
    found = retention_by_group(arrays=arrays, groups=groups, count=1, parts=parts)
    assert found == [retention_of(positions=exact, method=Method.BY_MOVEMENTS)]
    assert found[0].bridge.end == int(arrays.end.sum())


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 40), st.integers(0, 2)),
        unique_by=lambda row: row[:2],
    ),
    st.integers(0, 45),
)
def test_an_attribute_is_what_it_was_on_the_day(rows, day):
    rows.sort()
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 3).T
    history = AttributeArrays(
        account=columns[0], day=columns[1], value=columns[2], values=("smb", "mid", "large")
    )
    accounts = np.arange(1, 6, dtype=np.int64)
    expected = []
    for account in range(1, 6):
        own = [(since, value) for owner, since, value in rows if owner == account]
        begun = [value for since, value in own if since <= day]
        expected.append(begun[-1] if begun else own[0][1] if own else UNKNOWN)
    assert values_on(history=history, accounts=accounts, day=day).tolist() == expected


def test_an_account_belongs_to_the_quarter_of_its_first_movement():
    days = [date(2024, 3, 31), date(2023, 12, 31), date(2024, 4, 1), date(2024, 3, 1)]
    rows = [(n, d.toordinal(), 1, 0, 0) for n, d in zip([0, 0, 1, 2], days, strict=True)]
    columns = np.array(rows, dtype=np.int64).T
    ledger = LedgerArrays(*columns, accounts=np.arange(3), currencies=("USD",))
    found, names = start_quarters(ledger)
    assert [names[index] for index in found] == ["2023-Q4", "2024-Q2", "2024-Q1"]
