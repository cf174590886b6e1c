"""Whether a score differs from its baseline by more than chance, and from what is usual.

The baseline is the score of answers that were counted before there was anything to judge.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import erfc, hypot, sqrt
from typing import Final, TypeVar

from surveys.scoring.intervals import Bounds
from surveys.scoring.scores import Score, SurveyKind, score_bounds

LEVEL: Final = 0.05
"""Two-sided: of twenty comparisons without a difference one is taken for a difference."""

_FAR = 8.0  # deviates; beyond it the level is below 1e-14
_STEPS = 40

Cut = TypeVar("Cut", bound=Hashable)


class Moved(StrEnum):
    THIN = "thin"
    """Too few answers before or now."""
    NOT_TOLD = "not_told"
    """Chance alone may do as much."""
    ROSE = "rose"
    FELL = "fell"


@dataclass(frozen=True, slots=True)
class ScoreMovement:
    """From `before` to `now`, in points.

    `p`: the lowest level at which the interval of the change excludes none. `adjusted`: the same,
    raised by Holm for how many cuts were looked at; it is what judges.
    """

    before: Score
    now: Score
    p: float
    adjusted: float

    @property
    def change(self) -> Fraction:
        return self.now.value - self.before.value

    @property
    def bounds(self) -> Bounds:
        """95 % of the change by itself, however many cuts there are."""
        before, now = _with_bounds(self.before), _with_bounds(self.now)
        return _lowest_change(before, now), -_lowest_change(now, before)

    @property
    def is_thin(self) -> bool:
        return self.before.is_thin or self.now.is_thin

    @property
    def moved(self) -> Moved:
        if self.is_thin:
            return Moved.THIN
        if self.adjusted > LEVEL:
            return Moved.NOT_TOLD
        return Moved.ROSE if self.change > 0 else Moved.FELL


def movement(*, before: Score, now: Score) -> ScoreMovement:
    """Of one score alone; scores of two kinds are refused with ValueError."""
    if before.kind is not now.kind:
        raise ValueError(f"{before.kind} is not compared with {now.kind}")
    p = _level_of_change(before, now) if now.value > before.value else 1.0
    if now.value < before.value:
        p = _level_of_change(now, before)
    return ScoreMovement(before, now, p, p)


def movements(pairs: Mapping[Cut, tuple[Score, Score]]) -> dict[Cut, ScoreMovement]:
    """Of many cuts, each (before, now), judged together: among cuts that did not change the chance
    that any is said to have is 5 % (Holm 1979, Scand. J. Statist. 6: 65–70). Thin ones are not
    judged and do not count."""
    found = {cut: movement(before=before, now=now) for cut, (before, now) in pairs.items()}
    judged = sorted((cut for cut in found if not found[cut].is_thin), key=lambda cut: found[cut].p)
    adjusted = 0.0
    for place, cut in enumerate(judged):
        adjusted = max(adjusted, min(1.0, (len(judged) - place) * found[cut].p))
        found[cut] = replace(found[cut], adjusted=adjusted)
    return found


def _with_bounds(found: Score) -> tuple[float, float, float]:
    return found.low, float(found.value), found.high


def _lowest_change(before: tuple[float, float, float], now: tuple[float, float, float]) -> float:
    """Lower bound of now − before from the bounds of both: for shares Newcombe 1998, Statist. Med.
    17: 873–890, method 10; for any statistic Zou & Donner 2008, Statist. Med. 27: 1693–1702."""
    return now[1] - before[1] - hypot(now[1] - now[0], before[2] - before[1])


def _level_of_change(lower: Score, higher: Score) -> float:
    """The level whose deviate brings the lower bound of the rise down to zero."""

    def rise_left(z: float) -> float:
        bounds = [
            score_bounds(each.kind, each.counts, design_effect=each.design_effect, z=z)
            for each in (lower, higher)
        ]
        return _lowest_change(
            (bounds[0][0], float(lower.value), bounds[0][1]),
            (bounds[1][0], float(higher.value), bounds[1][1]),
        )

    return erfc(_falling_root(rise_left, low=1e-6, high=_FAR) / sqrt(2))


def _falling_root(function: Callable[[float], float], *, low: float, high: float) -> float:
    """Where a falling function crosses zero, by the Illinois form of false position; an end where
    it does not."""
    at_low, at_high = function(low), function(high)
    if at_low <= 0 or at_high >= 0:
        return low if at_low <= 0 else high
    side = 0
    for _ in range(_STEPS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        value = function(middle)
        if abs(value) < 1e-6 or high - low < 1e-9:
            return middle
        if value > 0:
            low, at_low, at_high = middle, value, at_high / 2 if side > 0 else at_high
            side = 1
        else:
            high, at_high, at_low = middle, value, at_low / 2 if side < 0 else at_low
            side = -1
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class UsualRange:
    """What is usual of a score, in points, both ends included."""

    low: int
    high: int


USUAL: Final = {
    SurveyKind.NPS: UsualRange(30, 50),
    SurveyKind.CSAT: UsualRange(75, 80),
}
"""NPS of B2B SaaS and CSAT of enterprise software as practitioners quote them. What is published of
effort (CES) are means that contradict each other, not shares."""


class BenchmarkPlace(StrEnum):
    THIN = "thin"
    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class BenchmarkVerdict:
    """`is_certain`: the whole interval of the score lies where its value does."""

    usual: UsualRange
    place: BenchmarkPlace
    is_certain: bool


def benchmark_verdict(found: Score) -> BenchmarkVerdict | None:
    """None where nothing is usual."""
    usual = USUAL.get(found.kind)
    if usual is None:
        return None
    if found.is_thin:
        return BenchmarkVerdict(usual, BenchmarkPlace.THIN, is_certain=False)
    places = {_place_in_range(usual, value) for value in (found.low, found.value, found.high)}
    return BenchmarkVerdict(usual, _place_in_range(usual, found.value), len(places) == 1)


def _place_in_range(usual: UsualRange, value: Fraction | float) -> BenchmarkPlace:
    if value < usual.low:
        return BenchmarkPlace.BELOW
    return BenchmarkPlace.ABOVE if value > usual.high else BenchmarkPlace.WITHIN
