"""NPS, CSAT and CES: how an answer reads, and what many answers come to.

A score is an exact fraction in points (NPS −100…100, CSAT and CES 0…100 %), rounded once, by
`points`, where it is printed. Its interval is 95 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from typing import Final

from surveys.scoring.intervals import Z95, Bounds, net_share, student_deviate, wilson


class SurveyKind(StrEnum):
    NPS = "nps"
    """Would recommend, 0–10."""
    CSAT = "csat"
    """Is satisfied, 1–5 or 1–7."""
    CES = "ces"
    """How easy it was, 1–7."""


class Standing(StrEnum):
    """How an answer reads; of NPS: promoter, passive, detractor."""

    FAVOURABLE = "favourable"
    NEUTRAL = "neutral"
    UNFAVOURABLE = "unfavourable"


THIN_BELOW: Final = 10
"""Fewer answers are not judged: each moves a percentage by more than ten points, and of nine that
are all favourable the interval reaches down to 70 %, past the whole usual range of CSAT."""

LOW_RESPONSE: Final = Fraction(10, 100)
"""Below this the answers say who answers, not what customers think."""

# Of the scales in use: the highest answer that is unfavourable, the lowest that is favourable.
_CUTS: dict[tuple[SurveyKind, int, int], tuple[int, int]] = {
    (SurveyKind.NPS, 0, 10): (6, 9),
    (SurveyKind.CSAT, 1, 5): (2, 4),
    (SurveyKind.CSAT, 1, 7): (2, 6),
    (SurveyKind.CES, 1, 7): (3, 5),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Answers by how they read."""

    favourable: int = 0
    neutral: int = 0
    unfavourable: int = 0

    @property
    def n(self) -> int:
        return self.favourable + self.neutral + self.unfavourable

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.favourable + other.favourable,
            self.neutral + other.neutral,
            self.unfavourable + other.unfavourable,
        )


@dataclass(frozen=True, slots=True)
class Score:
    """Of at least one answer. `low` and `high` are in points and hold the value.

    `design_effect`: as many answers tell as much as one would if each came from another account.
    """

    kind: SurveyKind
    counts: Counts
    value: Fraction
    low: float
    high: float
    design_effect: float = 1.0

    @property
    def n(self) -> int:
        return self.counts.n

    @property
    def margin(self) -> float:
        """Half the width of the interval, which is not symmetrical about the value."""
        return (self.high - self.low) / 2

    @property
    def is_thin(self) -> bool:
        """Of too few answers to be judged."""
        return self.n < THIN_BELOW


def score(kind: SurveyKind, counts: Counts, *, design_effect: float = 1.0) -> Score | None:
    """None where nobody answered. A `design_effect` above 1 widens the interval."""
    if not counts.n:
        return None
    against = counts.unfavourable if kind is SurveyKind.NPS else 0
    value = Fraction(100 * (counts.favourable - against), counts.n)
    low, high = score_bounds(kind, counts, design_effect=design_effect)
    return Score(kind, counts, value, low, high, design_effect)


def score_bounds(
    kind: SurveyKind, counts: Counts, *, design_effect: float = 1.0, z: float = Z95
) -> Bounds:
    """In points, of some answers: with the effective number of answers (Korn & Graubard 1998,
    Survey Methodology 24: 193–201) in the place of their number."""
    part, whole = counts.favourable / design_effect, counts.n / design_effect
    if kind is SurveyKind.NPS:
        minus = counts.unfavourable / design_effect
        low, high = net_share(plus=part, minus=minus, whole=whole, z=z)
    else:
        low, high = wilson(part=part, whole=whole, z=z)
    return 100 * low, 100 * high


@dataclass(frozen=True, slots=True)
class AnswerScale:
    """The answers a question offers. Values outside of it are refused with ValueError, and so is a
    scale nobody has said how to read.

    `is_reversed`: 1 is very easy (CES only). Answers are kept as given; only reading turns them.
    """

    kind: SurveyKind
    lowest: int
    highest: int
    is_reversed: bool = False

    def __post_init__(self) -> None:
        if (self.kind, self.lowest, self.highest) not in _CUTS:
            raise ValueError(f"no {self.kind} is read from {self.lowest} to {self.highest}")
        if self.is_reversed and self.kind is not SurveyKind.CES:
            raise ValueError(f"only a scale of effort may be reversed, not one of {self.kind}")

    def reading(self, value: int) -> Standing:
        if not self.lowest <= value <= self.highest:
            raise ValueError(f"{value} is not from {self.lowest} to {self.highest}")
        turned = self.lowest + self.highest - value if self.is_reversed else value
        unfavourable_to, favourable_from = _CUTS[self.kind, self.lowest, self.highest]
        if turned >= favourable_from:
            return Standing.FAVOURABLE
        return Standing.UNFAVOURABLE if turned <= unfavourable_to else Standing.NEUTRAL

    def answers(self, standing: Standing) -> tuple[int, ...]:
        """The answers that read so, as they are kept: for a statement that counts them."""
        every = range(self.lowest, self.highest + 1)
        return tuple(value for value in every if self.reading(value) is standing)

    def counts(self, times: Mapping[int, int]) -> Counts:
        """How often each answer was given → how often each reading."""
        found = dict.fromkeys(Standing, 0)
        for value, count in times.items():
            found[self.reading(value)] += count
        return Counts(*(found[standing] for standing in Standing))

    def score(self, times: Mapping[int, int]) -> Score | None:
        """Of how often each answer was given; None where nobody answered."""
        return score(self.kind, self.counts(times))


SCALES: dict[SurveyKind, AnswerScale] = {
    SurveyKind.NPS: AnswerScale(SurveyKind.NPS, 0, 10),
    SurveyKind.CSAT: AnswerScale(SurveyKind.CSAT, 1, 5),
    SurveyKind.CES: AnswerScale(SurveyKind.CES, 1, 7),
}
"""What a survey asks with unless it says otherwise."""


def textbook_margin(kind: SurveyKind, counts: Counts) -> float:
    """± points as most calculators print it: 1.96 standard errors, the variance of one answer being
    p + d − (p − d)², of a share p − p². To be compared with theirs; nothing is judged by it. Some
    answers are needed, and it is 0 where all are the same.
    """
    against = counts.unfavourable if kind is SurveyKind.NPS else 0
    spread = Fraction(counts.favourable + against, counts.n)
    net = Fraction(counts.favourable - against, counts.n)
    return 100 * Z95 * sqrt((spread - net * net) / counts.n)


@dataclass(frozen=True, slots=True)
class Mean:
    """Of the answers as given, on their own scale. `margin`: ± of a 95 % (Student); None where too
    few answered, or all the same, to tell."""

    value: Fraction
    n: int
    margin: float | None


def mean(times: Mapping[int, int]) -> Mean | None:
    """Of how often each answer was given; None where nobody answered."""
    n = sum(times.values())
    if not n:
        return None
    value = Fraction(sum(answer * count for answer, count in times.items()), n)
    squares = sum((count * (answer - value) ** 2 for answer, count in times.items()), Fraction(0))
    if n < THIN_BELOW or not squares:
        return Mean(value, n, None)
    return Mean(value, n, student_deviate(n - 1) * sqrt(squares / (n - 1) / n))


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """`answered` of the invitations `sent`; the interval is in percent."""

    answered: int
    sent: int
    low: float
    high: float

    @property
    def value(self) -> Fraction:
        return Fraction(100 * self.answered, self.sent)

    @property
    def is_low(self) -> bool:
        return Fraction(self.answered, self.sent) < LOW_RESPONSE


def response_rate(*, answered: int, sent: int) -> ResponseRate | None:
    """None where none was sent; more answers than invitations are refused with ValueError."""
    if not 0 <= answered <= sent:
        raise ValueError(f"{answered} answers to {sent} invitations")
    if not sent:
        return None
    low, high = wilson(part=answered, whole=sent)
    return ResponseRate(answered, sent, 100 * low, 100 * high)


def points(value: Fraction | float, places: int = 1) -> Decimal:
    """As it is printed: rounded once, halves away from zero."""
    exact = Fraction(value) * 10**places
    nearest = (Decimal(exact.numerator) / Decimal(exact.denominator)).to_integral_value(
        rounding=ROUND_HALF_UP
    )
    return nearest.scaleb(-places) + 0
