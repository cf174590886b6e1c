"""Segments by size and touch tiers by service: the two tables of the spec, and no cliff.

ARR is in whole units of the installation's currency here (exact Decimal), never minor units.
"""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.catalogue import Segment, TouchTier

SEGMENT_FLOORS: tuple[tuple[Segment, Decimal], ...] = (
    (Segment.STRATEGIC, Decimal(500_000)),
    (Segment.ENTERPRISE, Decimal(100_000)),
    (Segment.MID_MARKET, Decimal(25_000)),
    (Segment.SMB, Decimal(5_000)),
    (Segment.SELF_SERVE, Decimal(0)),
)
# ARR → score, linear between the points, 100 above the last.
ARR_CURVE: tuple[tuple[Decimal, Decimal], ...] = (
    (Decimal(0), Decimal(0)),
    (Decimal(5_000), Decimal(20)),
    (Decimal(15_000), Decimal(40)),
    (Decimal(100_000), Decimal(75)),
    (Decimal(500_000), Decimal(100)),
)
WEIGHTS = {"arr": 40, "complexity": 25, "growth_potential": 20, "strategic_fit": 15}
TIER_FLOORS = {TouchTier.HIGH: Decimal(75), TouchTier.LOW: Decimal(40)}
NEVER_BELOW_LOW = Decimal(100_000)
MARGIN = Decimal("0.05")
SETTLING_DAYS = 30
_ORDER = (TouchTier.TECH, TouchTier.LOW, TouchTier.HIGH)


@dataclass(frozen=True, slots=True)
class Size:
    """What the tier score is made of; None is unknown and takes the ARR score."""

    arr: Decimal
    complexity: int | None = None
    growth_potential: int | None = None
    strategic_fit: int | None = None
    is_strategic: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """The tier in force, and the one the score has been pointing to, with its first day."""

    tier: TouchTier
    pending: TouchTier | None = None
    pending_since: date | None = None


def segment_of(arr: Decimal) -> Segment:
    return next((s for s, floor in SEGMENT_FLOORS if arr >= floor), Segment.SELF_SERVE)


def arr_score(arr: Decimal) -> Decimal:
    """0 to 100 along ARR_CURVE."""
    if arr <= 0:
        return Decimal(0)
    for (low, at_low), (high, at_high) in itertools.pairwise(ARR_CURVE):
        if arr <= high:
            return at_low + (arr - low) * (at_high - at_low) / (high - low)
    return Decimal(100)


def tier_score(size: Size) -> Decimal:
    """40 % ARR, 25 % complexity, 20 % growth potential, 15 % strategic fit; 0 to 100."""
    base = arr_score(size.arr)
    factors = {
        "arr": base,
        "complexity": size.complexity,
        "growth_potential": size.growth_potential,
        "strategic_fit": size.strategic_fit,
    }
    weighted = sum(
        (WEIGHTS[name] * (base if value is None else Decimal(value)))
        for name, value in factors.items()
    )
    return Decimal(weighted) / 100


def tier_of(size: Size) -> TouchTier:
    """The tier the table gives today, before any margin."""
    if size.is_strategic:
        return TouchTier.HIGH
    return _tier_at(tier_score(size), arr=size.arr)


def _tier_at(score: Decimal, *, arr: Decimal) -> TouchTier:
    if score >= TIER_FLOORS[TouchTier.HIGH]:
        return TouchTier.HIGH
    if score >= TIER_FLOORS[TouchTier.LOW] or arr >= NEVER_BELOW_LOW:
        return TouchTier.LOW
    return TouchTier.TECH


def place(size: Size, *, now_in: Placement | None, day: date) -> Placement:
    """Where the account is served on `day`.

    A first placement and a strategic designation count at once; otherwise the score must have
    been past the boundary by the margin for 30 days in a row, always towards the same tier.
    """
    if now_in is None or size.is_strategic:
        return Placement(tier_of(size))
    towards = _clearly_elsewhere(size, tier=now_in.tier)
    if towards is None:
        return Placement(now_in.tier)
    since = now_in.pending_since if now_in.pending == towards else None
    since = since or day
    if day - since >= timedelta(days=SETTLING_DAYS):
        return Placement(towards)
    return Placement(now_in.tier, pending=towards, pending_since=since)


def _clearly_elsewhere(size: Size, *, tier: TouchTier) -> TouchTier | None:
    """The other tier even when the score is moved back by the margin; None near a boundary."""
    score = tier_score(size)
    if _rank(_tier_at(score, arr=size.arr)) > _rank(tier):
        cautious = _tier_at(score / (1 + MARGIN), arr=size.arr)
        return cautious if _rank(cautious) > _rank(tier) else None
    cautious = _tier_at(score / (1 - MARGIN), arr=size.arr)
    return cautious if _rank(cautious) < _rank(tier) else None


def _rank(tier: TouchTier) -> int:
    return _ORDER.index(tier)
