"""Exact rates, the bands they fall into, and the two failure modes an average hides.

A rate is a Fraction (107 % is 107/100), or None where there is no cohort to divide by. It is
rounded once, by `percent` or `stored`, at the edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from metrics.retention.positions import Bridge, Cohort, Logos, Retention

STORED_PLACES = Decimal("0.000001")


class Rate(StrEnum):
    NRR = "nrr"
    GRR = "grr"
    LOGO = "logo"


class RateBand(StrEnum):
    CRITICAL = "critical"
    BELOW = "below"
    GOOD = "good"
    GREAT = "great"
    EXCELLENT = "excellent"
    TOP_DECILE = "top_decile"


def ratio(*, part: int, whole: int) -> Fraction | None:
    """None where nothing is there to be a part of: "no cohort", never a division by zero."""
    return Fraction(part, whole) if whole > 0 else None


def nrr(cohort: Cohort) -> Fraction | None:
    return ratio(part=cohort.end, whole=cohort.start)


def grr(cohort: Cohort) -> Fraction | None:
    """What is left without any growth; between 0 and 1.

    By account contraction and churn are net per account, so this is Σ min(end, start) ÷ start.
    """
    rate = ratio(part=cohort.start - cohort.contraction - cohort.churn, whole=cohort.start)
    return None if rate is None else min(max(rate, Fraction(0)), Fraction(1))


def logo_retention(logos: Logos) -> Fraction | None:
    return ratio(part=logos.kept, whole=logos.start)


def net_revenue_churn(cohort: Cohort) -> Fraction | None:
    """Lost less gained over the start; negative when the cohort grew."""
    return ratio(part=cohort.start - cohort.end, whole=cohort.start)


def quick_ratio(bridge: Bridge) -> Fraction | None:
    """What was won for each unit lost; None when nothing was lost."""
    won = bridge.new + bridge.expansion + bridge.reactivation
    return ratio(part=won, whole=bridge.churn + bridge.contraction)


def rate_of(*, retention: Retention, rate: Rate) -> Fraction | None:
    if rate is Rate.LOGO:
        return logo_retention(retention.logos)
    return nrr(retention.cohort) if rate is Rate.NRR else grr(retention.cohort)


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
    net = nrr(retention.cohort)
    if net is None:
        return None
    if net >= 1 and (_is_leaky(retention.cohort) or _is_unwell(scored, below_sixty)):
        return FailureMode.LEAKY_UNDER_EXPANSION
    logos = retention.logos
    expanded = Fraction(logos.expanded, logos.start)
    stagnant = Fraction(95, 100) <= net <= 1 and expanded < Fraction(5, 100)
    return FailureMode.NO_EXPANSION_MOTION if stagnant and logos.end > logos.start else None


def _is_leaky(cohort: Cohort) -> bool:
    gross = grr(cohort)
    return gross is not None and gross < Fraction(85, 100)


def _is_unwell(scored: int, below_sixty: int) -> bool:
    share = ratio(part=below_sixty, whole=scored)
    return share is not None and share >= Fraction(30, 100)
