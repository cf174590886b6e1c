"""Rates on random days, and amounts in currencies with and without one."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

BASE = "USD"
FIRST = date(2024, 1, 1)
CODES = ("USD", "EUR", "JPY", "KWD", "CHF")

days = st.integers(0, 30).map(lambda days: FIRST + timedelta(days=days))
# Quarters make halves; whole units of the base for a whole unit of the currency.
quarters = st.integers(1, 40).map(lambda number: Decimal(number) / 4)
any_rate = st.decimals(min_value=Decimal("0.0000000001"), max_value=Decimal(20_000), places=10)
rate_rows = st.lists(
    st.tuples(st.sampled_from(CODES[1:]), days, quarters | any_rate),
    unique_by=lambda row: row[:2],
    max_size=12,
)
amounts = st.lists(st.tuples(st.integers(-(10**12), 10**12), st.sampled_from(CODES)), max_size=12)


def rate_by_the_rule(rows, currency, day):
    """The rule, as it is written in decision 23, in whole units."""
    own = sorted((valid_from, rate) for code, valid_from, rate in rows if code == currency)
    by_then = [rate for valid_from, rate in own if valid_from <= day]
    if by_then:
        return by_then[-1]
    return own[0][1] if own else None
