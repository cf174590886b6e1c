"""The bands rates fall into, their targets, and the two failure modes an average hides.

What the rates are made of is in `metrics.definitions`. A rate is a Fraction (107 % is 107/100), or
None where there is no cohort to divide by. It is rounded once, by `percent` or `stored`, at the
edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from metrics.definitions import RATES, Rate, Retention, ratio

STORED_PLACES = Decimal("0.000001")


class RateBand(StrEnum):
    CRITICAL = "critical"
    BELOW = "below"
    GOOD = "good"
    GREAT = "great"
    EXCELLENT = "excellent"
    TOP_DECILE = "top_decile"


# Lower bounds, inclusive. GRR's best band is "above 95", so 95 itself stays below it.
_BANDS: dict[Rate, tuple[tuple[Fraction, RateBand], ...]] = {
    Rate.NRR: (
        (Fraction(130, 100), RateBand.TOP_DECILE),
        (Fraction(120, 100), RateBand.EXCELLENT),
        (Fraction(110, 100), RateBand.GREAT),
        (Fraction(100, 100), RateBand.GOOD),
        (Fraction(90, 100), RateBand.BELOW),
    ),
    Rate.GRR: (
        (Fraction(90, 100), RateBand.GREAT),
        (Fraction(85, 100), RateBand.GOOD),
        (Fraction(80, 100), RateBand.BELOW),
    ),
    Rate.LOGO: (
        (Fraction(92, 100), RateBand.GREAT),
        (Fraction(85, 100), RateBand.GOOD),
    ),
}
_WORST = {
    Rate.NRR: RateBand.CRITICAL,
    Rate.GRR: RateBand.CRITICAL,
    Rate.LOGO: RateBand.BELOW,
}


def rate_band(*, rate: Rate, value: Fraction | None) -> RateBand | None:
    """Judged on the exact value: 99.96 % is below 100, however it is printed."""
    if value is None:
        return None
    if rate is Rate.GRR and value > Fraction(95, 100):
        return RateBand.EXCELLENT
    reached = (band for bound, band in _BANDS[rate] if value >= bound)
    return next(reached, _WORST[rate])


DOUBTFUL_ABOVE = 2
"""Who paid at the start pays more than twice as much: rather amounts counted twice than growth."""


def is_unusual(*, rate: Rate, value: Fraction | None) -> bool:
    """A share outside 0 to 1 (by movements, who leaves, returns and leaves again is lost twice), or
    a rate above DOUBTFUL_ABOVE."""
    if value is None:
        return False
    return not 0 <= value <= (1 if RATES[rate].is_share else DOUBTFUL_ABOVE)


def percent(*, rate: Fraction, places: int = 1) -> Decimal:
    """107/100 -> 107.0, halves up."""
    unit = Decimal(1).scaleb(-places)
    scaled = rate * 100 * 10**places
    rounded = Decimal(scaled.numerator) / Decimal(scaled.denominator)
    return (rounded.quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit).quantize(unit)


def stored(rate: Fraction | None) -> Decimal | None:
    """As the monthly tables keep it: six places, half-even, the same every time it is computed."""
    if rate is None:
        return None
    micro = round(rate * 1_000_000)
    return Decimal(micro).scaleb(-6).quantize(STORED_PLACES, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Target:
    """Low and high as rates; the low end is what has to be reached."""

    low: Fraction
    high: Fraction


def blended_target(parts: Sequence[tuple[int, Target]]) -> Target | None:
    """Segment targets weighted by the ARR each segment started with."""
    whole = sum(start for start, _ in parts)
    if whole <= 0:
        return None
    return Target(
        low=sum((start * target.low for start, target in parts), Fraction(0)) / whole,
        high=sum((start * target.high for start, target in parts), Fraction(0)) / whole,
    )


class FailureMode(StrEnum):
    NO_EXPANSION_MOTION = "no_expansion_motion"
    LEAKY_UNDER_EXPANSION = "leaky_under_expansion"


def failure_mode(*, retention: Retention, scored: int, below_sixty: int) -> FailureMode | None:
    """`scored` logos have a health score, `below_sixty` of them one under 60."""
    net, gross = retention.rate(Rate.NRR), retention.rate(Rate.GRR)
    if net is None or gross is None:
        return None
    if net >= 1 and (gross < Fraction(85, 100) or _is_unwell(scored, below_sixty)):
        return FailureMode.LEAKY_UNDER_EXPANSION
    logos = retention.logos
    expanded = Fraction(logos.expanded, logos.start)
    stagnant = Fraction(95, 100) <= net <= 1 and expanded < Fraction(5, 100)
    return FailureMode.NO_EXPANSION_MOTION if stagnant and logos.end > logos.start else None


def _is_unwell(scored: int, below_sixty: int) -> bool:
    share = ratio(part=below_sixty, whole=scored)
    return share is not None and share >= Fraction(30, 100)
