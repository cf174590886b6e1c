"""NPS, CSAT and CES of one segment read together: each alone misses what they say in pairs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from surveys.scoring.movements import USUAL, Moved, ScoreMovement, UsualRange, movement
from surveys.scoring.scores import Score, SurveyKind, points


class Pattern(StrEnum):
    ALL_FALLING = "all_falling"
    WEAK_VALUE = "weak_value"
    """CSAT high, NPS low."""
    EXHAUSTED = "exhausted"
    """NPS high, CES low."""
    INTERACTION_QUALITY = "interaction_quality"
    """CSAT low, CES high."""
    NOTHING = "nothing"
    TOO_FEW = "too_few"
    """Nothing is seen, and some scores could not be judged."""


class Level(StrEnum):
    """Of a score: HIGH from the upper end of what is usual, unless its interval reaches below the
    lower end; LOW below the lower end, unless its interval reaches the upper end."""

    HIGH = "high"
    LOW = "low"
    BETWEEN = "between"
    THIN = "thin"
    """Too few answers, or none."""


LEVELS: Final = {**USUAL, SurveyKind.CES: UsualRange(75, 80)}
"""Where low ends and high begins. CES has no benchmark: being a share of favourable answers like
CSAT, it takes the same range, which is our own choice."""

_PAIRS = {
    Pattern.WEAK_VALUE: ((SurveyKind.CSAT, Level.HIGH), (SurveyKind.NPS, Level.LOW)),
    Pattern.EXHAUSTED: ((SurveyKind.NPS, Level.HIGH), (SurveyKind.CES, Level.LOW)),
    Pattern.INTERACTION_QUALITY: ((SurveyKind.CSAT, Level.LOW), (SurveyKind.CES, Level.HIGH)),
}

MEANINGS: Final = {
    Pattern.ALL_FALLING: "All three fall: the cause is the product or the team.",
    Pattern.WEAK_VALUE: "Good support, weak long-term value.",
    Pattern.EXHAUSTED: "Loyal but exhausted: a risk at renewal.",
    Pattern.INTERACTION_QUALITY: "Tasks are easy, but interactions disappoint.",
    Pattern.NOTHING: "The three scores show no pattern together.",
    Pattern.TOO_FEW: "Too few answers to read the three scores together.",
}


@dataclass(frozen=True, slots=True)
class CombinedReading:
    """A pattern and the figures behind it; `movements` of the kinds that were asked before, too."""

    pattern: Pattern
    scores: Mapping[SurveyKind, Score]
    levels: Mapping[SurveyKind, Level]
    movements: Mapping[SurveyKind, ScoreMovement]

    @property
    def kinds(self) -> tuple[SurveyKind, ...]:
        """Those that make the pattern; of TOO_FEW those that could not be judged."""
        if self.pattern is Pattern.ALL_FALLING:
            return tuple(SurveyKind)
        if self.pattern is Pattern.TOO_FEW:
            return tuple(kind for kind in SurveyKind if self.levels[kind] is Level.THIN)
        return tuple(kind for kind, _ in _PAIRS.get(self.pattern, ()))


def read_together(
    now: Mapping[SurveyKind, Score | None],
    before: Mapping[SurveyKind, Score | None] | None = None,
) -> CombinedReading:
    """`before`: the previous period, without which nothing is said to fall.

    That all three fall is said where each does by itself at 5 %: to claim all of several things no
    correction is needed (Berger 1982, Technometrics 24: 295–300). It goes before the pairs, of
    which at most one can hold.
    """
    scores = {kind: found for kind, found in now.items() if found is not None}
    levels = {kind: level(scores.get(kind)) for kind in SurveyKind}
    moved = {
        kind: movement(before=earlier, now=scores[kind])
        for kind, earlier in (before or {}).items()
        if earlier is not None and kind in scores
    }
    return CombinedReading(_pattern_of(levels, moved), scores, levels, moved)


def _pattern_of(
    levels: Mapping[SurveyKind, Level], moved: Mapping[SurveyKind, ScoreMovement]
) -> Pattern:
    falling = [kind for kind, each in moved.items() if each.moved is Moved.FELL]
    if len(falling) == len(SurveyKind):
        return Pattern.ALL_FALLING
    for pattern, needs in _PAIRS.items():
        if all(levels[kind] is needed for kind, needed in needs):
            return pattern
    return Pattern.TOO_FEW if Level.THIN in levels.values() else Pattern.NOTHING


def level(found: Score | None) -> Level:
    if found is None or found.is_thin:
        return Level.THIN
    usual = LEVELS[found.kind]
    if found.value >= usual.high and found.low >= usual.low:
        return Level.HIGH
    is_low = found.value < usual.low and found.high < usual.high
    return Level.LOW if is_low else Level.BETWEEN


def label(reading: CombinedReading) -> str:
    """The pattern in words, with the figures that make it."""
    figures = ", ".join(_figure_words(reading, kind) for kind in reading.kinds)
    meaning = MEANINGS[reading.pattern]
    return f"{figures}. {meaning}" if figures else meaning


def _figure_words(reading: CombinedReading, kind: SurveyKind) -> str:
    name, found = kind.value.upper(), reading.scores.get(kind)
    if found is None:
        return f"{name} not asked"
    unit = "" if kind is SurveyKind.NPS else " %"
    if reading.pattern is Pattern.ALL_FALLING:
        before = points(reading.movements[kind].before.value, 0)
        return f"{name} {before}{unit} → {points(found.value, 0)}{unit} (n {found.n})"
    return f"{name} {points(found.value, 0)}{unit} {reading.levels[kind].value} (n {found.n})"
