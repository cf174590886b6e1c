"""Intervals that are honest of few answers, and of answers that are all the same.

The textbook interval (± 1.96 standard errors) has no width where everybody said the same and leaves
the scale near its ends. These do neither: each holds the values that the answers do not speak
against, by a test whose variance is that of the value looked at. Their covering is tested in
tests/surveys/scoring/test_coverage.py.
"""

from math import sqrt
from typing import TypeAlias

Bounds: TypeAlias = tuple[float, float]

Z95 = 1.959964
"""Standard normal deviate of a two-sided 95 %."""

_HALVINGS = 34  # of a range of at most 2 leave 1e-10, far below the tenths that are printed


def wilson(*, part: float, whole: float, z: float = Z95) -> Bounds:
    """Of a share, 0…1 (Wilson 1927, J. Am. Stat. Assoc. 22: 209–212); `whole` is above 0."""
    share = part / whole
    centre = share + z * z / (2 * whole)
    half = z * sqrt(share * (1 - share) / whole + (z / (2 * whole)) ** 2)
    scale = 1 + z * z / whole
    # What rounding does to a bound at an end of the scale is taken back.
    low = min(share, max(0.0, (centre - half) / scale))
    return low, max(share, min(1.0, (centre + half) / scale))


def net_share(*, plus: float, minus: float, whole: float, z: float = Z95) -> Bounds:
    """Of the share of one kind less that of another, −1…1; `whole` is above 0.

    The score interval for the difference of two shares of one sample (Tango 1998, Statist. Med. 17:
    891–908). Among the intervals that Rocks (2016, Am. Stat. 70: 365–372) tried on the net
    promoter score, the score test is one of the two kinds that cover best.
    """
    low = _lower_net_share(plus, minus, whole, z)
    return low, -_lower_net_share(minus, plus, whole, z)


def _lower_net_share(plus: float, minus: float, whole: float, z: float) -> float:
    value = (plus - minus) / whole
    low, high, limit = -1.0, value, z * z / whole
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        variance = (
            _answer_variance(plus, minus, whole, middle)
            if middle >= 0
            else _answer_variance(minus, plus, whole, -middle)
        )
        if (value - middle) ** 2 > limit * variance:
            low = middle
        else:
            high = middle
    return low


def _answer_variance(plus: float, minus: float, whole: float, net: float) -> float:
    """Of one answer counted +1, 0 or −1 whose mean is `net` (0 or more), the rest as the answers
    make it most likely (Tango's q21)."""
    b = (2 * whole - plus + minus) * net - plus - minus
    c = minus * net * (1 - net)
    rarer = max(0.0, sqrt(b * b + 8 * whole * c) - b) / (4 * whole)
    return 2 * rarer + net * (1 - net)


def student_deviate(freedom: int) -> float:
    """Of a two-sided 95 %, for a mean whose spread is estimated with `freedom` ≥ 5 degrees
    (Abramowitz & Stegun 26.7.5; off by less than 0.002)."""
    z, v = Z95, float(freedom)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / v + second / v**2 + third / v**3
