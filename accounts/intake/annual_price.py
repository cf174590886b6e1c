"""A contract's price, stated per month, quarter, year or whole term, as a year's worth."""

from calendar import monthrange
from datetime import date
from fractions import Fraction

from accounts.catalogue import AmountUnit

_A_YEAR = {AmountUnit.MONTH: 12, AmountUnit.QUARTER: 4, AmountUnit.YEAR: 1}
_DAYS_A_YEAR = 365


def annualised(amount: int, *, unit: AmountUnit, starts_on: date, ends_on: date | None) -> int:
    """Minor units a year. Of a whole term × 12 ÷ its months, or × 365 ÷ its days where it is no
    whole number of months; rounded half-even, once.

    Raises:
        ValueError: the price of a term without an end.
    """
    if unit is not AmountUnit.TERM:
        return amount * _A_YEAR[unit]
    if ends_on is None:
        raise ValueError("a term without an end has no length")
    months = whole_months(starts_on, ends_on)
    days = (ends_on - starts_on).days
    share = Fraction(12, months) if months else Fraction(_DAYS_A_YEAR, days)
    return round(amount * share)  # of a fraction: exact, half to even


def whole_months(starts_on: date, ends_on: date) -> int | None:
    """From the first day to the day after the last: 2025-01-15 to 2025-03-15 are 2. None where
    days are left over. What begins on the 31st ends on the last day of a shorter month."""
    months = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month
    same_day = min(starts_on.day, monthrange(ends_on.year, ends_on.month)[1])
    return months if months and ends_on.day == same_day else None
