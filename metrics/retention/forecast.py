"""What renewals are expected to bring: their ARR × the probability that their health gives them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from accounts.money.conversion import convert

# Lower bounds of the score, inclusive, best first; None: without a score. The rows of a new
# installation: what counts afterwards is in the table, where CS ops edits it.
STARTING_CHANCES = (
    (Decimal(80), Decimal("0.95")),
    (Decimal(60), Decimal("0.85")),
    (Decimal(40), Decimal("0.60")),
    (Decimal(20), Decimal("0.30")),
    (Decimal(0), Decimal("0.10")),
    (None, Decimal("0.75")),
)


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities from 0 to 1 by lower bound of the score; `bounds` falls and ends with 0."""

    bounds: tuple[tuple[Decimal, Decimal], ...]
    unscored: Decimal

    @classmethod
    def of(cls, rows: Iterable[tuple[Decimal | None, Decimal]]) -> "Chances":
        """Raises ValueError without a row for 0 or one for accounts without a score."""
        found = dict(rows)
        unscored = found.pop(None, None)
        bounds = sorted(
            ((lower, chance) for lower, chance in found.items() if lower is not None), reverse=True
        )
        if unscored is None or not bounds or bounds[-1][0] != 0:
            raise ValueError("renewal chances need a row from 0 on and one without a score")
        return cls(bounds=tuple(bounds), unscored=unscored)

    def chance(self, score: Decimal | None) -> Decimal:
        if score is None:
            return self.unscored
        return next(chance for lower, chance in self.bounds if score >= lower)


def accuracy(*, forecast: int, kept: int, due: int) -> Fraction | None:
    """1 − |forecast − kept| ÷ due, of the same renewals; None where none was due."""
    return None if due <= 0 else 1 - Fraction(abs(forecast - kept), due)


def expected(*, arr: int, chance: Decimal) -> int:
    """In the units of `arr`, half-even: rounded for each renewal, so that their sum is exact."""
    return convert(amount=arr, rate=chance)
