"""Segments by size and touch tiers by service, along bounds that an admin sets, and no cliff.

ARR is in whole units of the installation's currency here (exact Decimal), never minor units.
"""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.catalogue import Segment, TouchTier

# ARR → score, linear between the points, 100 above the last.
ARR_CURVE: tuple[tuple[Decimal, Decimal], ...] = (
    (Decimal(0), Decimal(0)),
    (Decimal(5_000), Decimal(20)),
    (Decimal(15_000), Decimal(40)),
    (Decimal(100_000), Decimal(75)),
    (Decimal(500_000), Decimal(100)),
)
WEIGHTS = {"arr": 40, "complexity": 25, "growth_potential": 20, "strategic_fit": 15}
MARGIN = Decimal("0.05")
SETTLING_DAYS = 30


@dataclass(frozen=True, slots=True)
class TierBounds:
    """From which tier score a tier is given; from `arr_from` on nobody is served below it."""

    key: str
    score_from: Decimal
    arr_from: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is in force on a day, the lowest first: segments with their ARR, and tiers."""

    segments: tuple[tuple[str, Decimal], ...]
    tiers: tuple[TierBounds, ...]

    @property
    def are_given(self) -> bool:
        """Whether there is a segment and a tier for everybody."""
        return bool(self.segments and self.tiers)


STARTING_SIZES = Sizes(
    segments=(
        (Segment.SELF_SERVE.value, Decimal(0)),
        (Segment.SMB.value, Decimal(5_000)),
        (Segment.MID_MARKET.value, Decimal(25_000)),
        (Segment.ENTERPRISE.value, Decimal(100_000)),
        (Segment.STRATEGIC.value, Decimal(500_000)),
    ),
    tiers=(
        TierBounds(TouchTier.TECH.value, Decimal(0)),
        TierBounds(TouchTier.LOW.value, Decimal(40), arr_from=Decimal(100_000)),
        TierBounds(TouchTier.HIGH.value, Decimal(75)),
    ),
)


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

    tier: str
    pending: str | None = None
    pending_since: date | None = None


def segment_of(arr: Decimal, *, sizes: Sizes = STARTING_SIZES) -> str:
    """The highest whose ARR is reached; below all of them the lowest."""
    reached = [key for key, floor in sizes.segments if arr >= floor]
    return reached[-1] if reached else sizes.segments[0][0]


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


def tier_of(size: Size, *, sizes: Sizes = STARTING_SIZES) -> str:
    """The tier the table gives today, before any margin; strategic is the highest."""
    if size.is_strategic:
        return sizes.tiers[-1].key
    return sizes.tiers[_rank_at(tier_score(size), arr=size.arr, sizes=sizes)].key


def _rank_at(score: Decimal, *, arr: Decimal, sizes: Sizes) -> int:
    """Place of the highest tier that the score reaches or the ARR holds; the lowest is 0."""
    reached = (
        rank
        for rank, tier in enumerate(sizes.tiers)
        if score >= tier.score_from or (tier.arr_from is not None and arr >= tier.arr_from)
    )
    return max(reached, default=0)


def place(
    size: Size, *, now_in: Placement | None, day: date, sizes: Sizes = STARTING_SIZES
) -> Placement:
    """Where the account is served on `day`.

    A first placement and a strategic designation count at once; otherwise the score must have
    been past the boundary by the margin for 30 days in a row, always towards the same tier.
    A tier that is given to nobody any more is left at once.
    """
    ranks = {tier.key: rank for rank, tier in enumerate(sizes.tiers)}
    if now_in is None or size.is_strategic or now_in.tier not in ranks:
        return Placement(tier_of(size, sizes=sizes))
    towards = _clearly_elsewhere(size, rank=ranks[now_in.tier], sizes=sizes)
    if towards is None:
        return Placement(now_in.tier)
    since = now_in.pending_since if now_in.pending == towards else None
    since = since or day
    if day - since >= timedelta(days=SETTLING_DAYS):
        return Placement(towards)
    return Placement(now_in.tier, pending=towards, pending_since=since)


def _clearly_elsewhere(size: Size, *, rank: int, sizes: Sizes) -> str | None:
    """The other tier even when the score is moved back by the margin; None near a boundary."""
    score = tier_score(size)
    is_above = _rank_at(score, arr=size.arr, sizes=sizes) > rank
    moved_back = score / (1 + MARGIN if is_above else 1 - MARGIN)
    cautious = _rank_at(moved_back, arr=size.arr, sizes=sizes)
    is_clear = cautious > rank if is_above else cautious < rank
    return sizes.tiers[cautious].key if is_clear else None
