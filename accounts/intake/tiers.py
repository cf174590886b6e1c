"""Segments by size and touch tiers by service, along bounds that an admin sets, and no cliff.

ARR is in whole units of the installation's currency here (exact Decimal), never minor units.
"""

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from operator import attrgetter, itemgetter

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
_MARGIN = Fraction(5, 100)
_NEVER = Decimal("Infinity")
SETTLING_DAYS = 30


@dataclass(frozen=True, slots=True)
class TierBounds:
    """From which tier score a tier is given; from `arr_from` on nobody is served below it."""

    key: str
    score_from: Decimal
    arr_from: Decimal | None = None


Factors = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Sizes:
    """What is in force on a day, the lowest first: segments with their ARR, and tiers."""

    segments: tuple[tuple[str, Decimal], ...]
    tiers: tuple[TierBounds, ...]

    @property
    def are_given(self) -> bool:
        """Whether there is a segment and a tier for everybody."""
        return bool(self.segments and self.tiers)

    @cached_property
    def _ladders_by_factors(self) -> dict[Factors, "TierLadder"]:
        return {}

    def ladder(self, factors: Factors) -> "TierLadder":
        if factors not in self._ladders_by_factors:
            self._ladders_by_factors[factors] = TierLadder.of(self, factors)
        return self._ladders_by_factors[factors]


@dataclass(frozen=True, slots=True)
class TierLadder:
    """From which ARR each tier above the lowest is reached, for accounts of the same factors: by
    the score itself, by a score lowered and by one raised by the margin. `cuts` are all of them and
    the segments': between two nothing changes."""

    reached: tuple[Decimal, ...]
    lowered: tuple[Decimal, ...]
    raised: tuple[Decimal, ...]
    cuts: tuple[Decimal, ...]

    @classmethod
    def of(cls, sizes: Sizes, factors: Factors) -> "TierLadder":
        reached, lowered, raised = (
            _arr_cuts(sizes.tiers, factors, times=times)
            for times in (Fraction(1), 1 + _MARGIN, 1 - _MARGIN)
        )
        floors = {floor for _, floor in sizes.segments}
        cuts = tuple(sorted(floors.union(reached, lowered, raised)))
        return cls(reached, lowered, raised, cuts)


def _arr_cuts(
    tiers: Sequence[TierBounds], factors: Factors, *, times: Fraction
) -> tuple[Decimal, ...]:
    weights = [WEIGHTS["complexity"], WEIGHTS["growth_potential"], WEIGHTS["strategic_fit"]]
    known = [(w, value) for w, value in zip(weights, factors, strict=True) if value is not None]
    of_arr = 100 - sum(w for w, _ in known)
    found: list[Decimal] = []
    for tier in reversed(tiers[1:]):
        wanted = 100 * Fraction(tier.score_from) * times - sum(w * value for w, value in known)
        least = _arr_at(wanted / of_arr)
        if tier.arr_from is not None:
            least = min(least, tier.arr_from)
        # Who reaches a higher tier is in it, whatever the ones between ask for.
        found.append(min(least, found[-1]) if found else least)
    return tuple(reversed(found))


def _arr_at(score: Fraction) -> Decimal:
    """The least ARR whose ARR score is that high, to the smallest unit of any currency."""
    if score <= 0:
        return -_NEVER
    for (low, at_low), (high, at_high) in itertools.pairwise(ARR_CURVE):
        if score <= at_high:
            exact = Fraction(low) + (score - Fraction(at_low)) * Fraction(high - low) / Fraction(
                at_high - at_low
            )
            return Decimal(math.ceil(exact * 1000)).scaleb(-3)
    return _NEVER


@dataclass(frozen=True, slots=True)
class SizeTable:
    """The sizes in force from each day on which a bound begins to hold, the oldest first."""

    days: tuple[date, ...]
    sizes: tuple[Sizes, ...]

    @classmethod
    def of(
        cls,
        *,
        segments: Iterable[tuple[date, str, Decimal | None]],
        tiers: Iterable[tuple[date, str, Decimal | None, Decimal | None]],
    ) -> "SizeTable":
        """From (valid from, key, ARR from) and (valid from, key, score from, ARR from), in any
        order; without a floor the segment or tier is given to nobody from that day on."""
        known_segments = sorted(segments, key=itemgetter(0))
        known_tiers = sorted(tiers, key=itemgetter(0))
        days = sorted({day for day, *_ in known_segments} | {day for day, *_ in known_tiers})
        return cls(
            tuple(days), tuple(_in_force(known_segments, known_tiers, day=day) for day in days)
        )

    def on(self, day: date) -> Sizes:
        """The latest bound of each on or before the day."""
        place = bisect_right(self.days, day)
        return self.sizes[place - 1] if place else Sizes((), ())


def _in_force(
    segments: Sequence[tuple[date, str, Decimal | None]],
    tiers: Sequence[tuple[date, str, Decimal | None, Decimal | None]],
    *,
    day: date,
) -> Sizes:
    floors = {key: floor for since, key, floor in segments if since <= day}
    bounds = {key: (score, arr) for since, key, score, arr in tiers if since <= day}
    given = ((key, floor) for key, floor in floors.items() if floor is not None)
    served = (
        TierBounds(key, score, arr) for key, (score, arr) in bounds.items() if score is not None
    )
    return Sizes(
        segments=tuple(sorted(given, key=itemgetter(1))),
        tiers=tuple(sorted(served, key=attrgetter("score_from"))),
    )


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

    @property
    def factors(self) -> Factors:
        return (self.complexity, self.growth_potential, self.strategic_fit)


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
    return sizes.tiers[bisect_right(sizes.ladder(size.factors).reached, size.arr)].key


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
    ladder = sizes.ladder(size.factors)
    is_above = bisect_right(ladder.reached, size.arr) > rank
    cautious = bisect_right(ladder.lowered if is_above else ladder.raised, size.arr)
    is_clear = cautious > rank if is_above else cautious < rank
    return sizes.tiers[cautious].key if is_clear else None
