"""Conversion of one ledger row: integer minor units in, integer minor units out.

Rates are between minor units: what a unit is worth is shifted before (intake.currencies).
"""

from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

_SAFE_PRODUCT = 2**62


def half_even(value: Fraction) -> int:
    """Fraction.__round__ is exact and rounds halves to the even neighbour."""
    return round(value)


def convert(*, amount: int, rate: Decimal) -> int:
    return half_even(amount * Fraction(rate))


def convert_all(*, amounts: Integers, rate: Decimal) -> Integers:
    """Equal to `convert` for every element; big integers where int64 could overflow."""
    exact = Fraction(rate)
    if exact == 1:
        return amounts
    limit = int(np.abs(amounts).max(initial=0)) * abs(exact.numerator)
    if max(limit, 2 * exact.denominator) >= _SAFE_PRODUCT:
        return np.array([half_even(int(a) * exact) for a in amounts], dtype=np.int64)
    quotient, remainder = np.divmod(amounts * exact.numerator, exact.denominator)
    twice = 2 * remainder
    up = (twice > exact.denominator) | ((twice == exact.denominator) & (quotient % 2 == 1))
    return np.asarray(quotient + up, dtype=np.int64)
