"""Numbers with two decimals are kept as whole hundredths, so that sums and ties are exact."""

from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Hundredths: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

MISSING = -1
HUNDRED = 10_000

# Interpolating in binary floats errs by less than 1e-10 hundredths; a tie such as 57.505 that
# came out as 57.50499999999999 is within this of the tie and is rounded up like the exact value.
_FLOAT_SLACK = 1e-9


def to_hundredths(value: Decimal) -> int:
    """Exact; refuses what has more than two decimals."""
    scaled = value * 100
    whole = int(scaled)
    if scaled != whole:
        raise ValueError(f"{value} has more than two decimals")
    return whole


def to_decimal(hundredths: int) -> Decimal | None:
    """The stored number, or None where there is none."""
    return None if hundredths == MISSING else Decimal(int(hundredths)).scaleb(-2)


def half_up(values: Floats) -> Hundredths:
    """Non-negative floats in points, rounded half up to whole hundredths."""
    return np.asarray(np.floor(values * 100 + 0.5 + _FLOAT_SLACK), dtype=np.int64)


def half_up_ratio(numerator: Hundredths, denominator: Hundredths) -> Hundredths:
    """numerator ÷ denominator, half up, in whole numbers only; denominators must be positive."""
    return (2 * numerator + denominator) // (2 * denominator)
