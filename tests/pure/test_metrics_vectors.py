"""The arrays say exactly what plain loops say."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from accounts.money.conversion import convert, convert_all
from metrics.definitions import Method
from metrics.retention.attributes import (
    NOT_YET,
    UNKNOWN,
    AttributeArrays,
    start_quarters,
    values_on,
)
from metrics.retention.movements import CountedMovements, changes_of
from metrics.retention.series import LedgerArrays, MonthPair, position_series
from metrics.retention.vectors import KINDS
from tests.pure.ledgers import ledger_of, numbers, report
from tests.pure.retention_oracle import figures, state

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


CURRENCIES = ("USD", "EUR", "JPY")
ACCOUNTS = 5
movements = st.lists(
    st.tuples(
        st.integers(0, ACCOUNTS - 1),
        st.integers(1, 60),
        st.integers(-1_000_000, 1_000_000),
        st.sampled_from(CURRENCIES),
        st.sampled_from(KINDS),
    )
)
pairs = st.lists(
    st.tuples(st.integers(1, 30), st.integers(31, 60), RATES, RATES), min_size=1, max_size=4
)


def month_of(start, end, euro, yen):
    return MonthPair(start=start, end=end, rates={"USD": Decimal(1), "EUR": euro, "JPY": yen})


@given(movements, pairs)
def test_a_series_from_one_pass_equals_adding_up_the_ledger_each_time(rows, windows):
    months = [month_of(*window) for window in windows]
    ledger = ledger_of(rows, currencies=CURRENCIES)
    series = position_series(ledger=ledger, pairs=months)
    for month, found in zip(months, series, strict=True):
        for account in range(len(ledger.accounts)):
            own = [row for row in rows if row[0] == account]
            start, was_active = state(own, month.start, month.rates)
            end, is_active = state(own, month.end, month.rates)
            assert (found.start[account], found.end[account]) == (start, end)
            assert found.was_active[account] == was_active
            assert found.is_active[account] == is_active
            assert found.had_revenue[account] == any(row[1] <= month.start for row in own)


@given(movements, pairs, st.sampled_from(Method))
def test_any_ledger_in_several_currencies_equals_the_plain_loops(rows, windows, method):
    """Also impossible ones, below zero and with several kinds a day."""
    for start, end, euro, yen in windows:
        month = month_of(start, end, euro, yen)
        found = report(rows, method=method, start=start, end=end, rates=month.rates)
        expected = figures(
            rows,
            start=start,
            end=end,
            by_movements=method is Method.BY_MOVEMENTS,
            rates=month.rates,
        )
        assert numbers(found) == expected


@given(movements, st.lists(st.integers(0, 3), min_size=ACCOUNTS, max_size=ACCOUNTS))
def test_each_group_is_the_report_of_its_accounts(rows, groups):
    ledger = ledger_of(rows, currencies=CURRENCIES)
    month = month_of(20, 45, Decimal("1.5"), Decimal("0.01"))
    (positions,) = position_series(ledger=ledger, pairs=[month])
    counted = changes_of(
        method=Method.BY_MOVEMENTS,
        positions=positions,
        movements=CountedMovements(ledger),
        pair=month,
    )
    numbered = np.array(groups[: len(ledger.accounts)], dtype=np.int64)
    for group, found in enumerate(counted.by_group(groups=numbered, count=4)):
        own = [row for row in rows if groups[row[0]] == group]
        expected = figures(own, start=20, end=45, by_movements=True, rates=month.rates)
        assert numbers(found) == expected


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 40), st.integers(0, 2)),
        unique_by=lambda row: row[:2],
    ),
    st.integers(0, 45),
    st.lists(st.booleans(), min_size=5, max_size=5),
)
def test_an_attribute_is_what_it_was_on_the_day(rows, day, was_there):
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
        later = NOT_YET if was_there[account - 1] else own[0][1] if own else UNKNOWN
        expected.append(begun[-1] if begun else later if own else UNKNOWN)
    found = values_on(history=history, accounts=accounts, day=day, was_there=np.array(was_there))
    assert found.tolist() == expected


def test_an_account_belongs_to_the_quarter_of_its_first_movement():
    days = [date(2024, 3, 31), date(2023, 12, 31), date(2024, 4, 1), date(2024, 3, 1)]
    rows = [(n, d.toordinal(), 1, 0, 0) for n, d in zip([0, 0, 1, 2], days, strict=True)]
    columns = np.array(rows, dtype=np.int64).T
    ledger = LedgerArrays(*columns, accounts=np.arange(3), currencies=("USD",))
    found, names = start_quarters(ledger)
    assert [names[index] for index in found] == ["2023-Q4", "2024-Q2", "2024-Q1"]
