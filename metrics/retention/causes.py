"""What made net revenue retention differ between two reports: shares of the ARR at each start."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from metrics.definitions import Cohort, Figure, Retention, ratio

_GAINS = {Figure.EXPANSION: 1, Figure.REACTIVATION: 1, Figure.CONTRACTION: -1, Figure.CHURN: -1}


@dataclass(frozen=True, slots=True)
class CauseOfChange:
    """A kind of change of the cohort: its share of the ARR at the start, now and then; `by`, what
    the difference adds to the rate."""

    figure: Figure
    now: Fraction
    then: Fraction

    @property
    def by(self) -> Fraction:
        return (self.now - self.then) * _GAINS[self.figure]


def causes_of_change(*, now: Retention, then: Retention) -> tuple[CauseOfChange, ...]:
    """The largest first; together they are the difference of both rates. None without a cohort on
    either side."""
    found = [each for each in _comparable_causes(now.cohort, then.cohort) if each.now != each.then]
    return tuple(sorted(found, key=lambda each: -abs(each.by)))


def _comparable_causes(now: Cohort, then: Cohort) -> Iterator[CauseOfChange]:
    for figure in _GAINS:
        shares = [
            ratio(part=getattr(cohort, figure.value), whole=cohort.start) for cohort in (now, then)
        ]
        if shares[0] is not None and shares[1] is not None:
            yield CauseOfChange(figure, shares[0], shares[1])
