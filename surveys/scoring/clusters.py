"""How much less answers tell where several come from one account: people of one customer agree.

In simulations intervals over answers that take each for a customer of its own hold the truth less
often than they say (tests/surveys/scoring/test_clusters.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from surveys.scoring.scores import THIN_BELOW, Counts, SurveyKind


@dataclass(frozen=True, slots=True)
class AccountSums:
    """What a statement can add up over the accounts that answered, one row for each.

    An account adds its number of answers `n` and its balance `b`: favourable answers, of NPS less
    the unfavourable ones.
    """

    accounts: int
    n_squared: int
    balance_squared: int
    product: int
    """Sum of n · b."""

    @classmethod
    def of(cls, kind: SurveyKind, accounts: Iterable[Counts]) -> Self:
        pairs = [(each.n, _answer_balance(kind, each)) for each in accounts if each.n]
        return cls(
            accounts=len(pairs),
            n_squared=sum(n * n for n, _ in pairs),
            balance_squared=sum(balance * balance for _, balance in pairs),
            product=sum(n * balance for n, balance in pairs),
        )


def design_effect(kind: SurveyKind, *, counts: Counts, sums: AccountSums) -> float:
    """The variance of the score with answers grouped by account, as a multiple of what it would be
    if each came from another one; at least 1 (linearised ratio estimator: Cochran 1977, Sampling
    Techniques, 6.3; Kish 1965). `counts` are all answers of the accounts.

    Where it cannot be estimated, with fewer accounts than answers have to be or with answers that
    are all the same, an account counts as one answer.
    """
    if not counts.n:
        return 1.0
    mean = _answer_balance(kind, counts) / counts.n
    squares = counts.favourable + (counts.unfavourable if kind is SurveyKind.NPS else 0)
    alone = (squares / counts.n - mean * mean) / counts.n
    if sums.accounts < THIN_BELOW or alone <= 0:
        return counts.n / max(1, sums.accounts)
    between = sums.balance_squared - 2 * mean * sums.product + mean * mean * sums.n_squared
    grouped = between / counts.n**2 * sums.accounts / (sums.accounts - 1)
    return max(1.0, grouped / alone)


def _answer_balance(kind: SurveyKind, counts: Counts) -> int:
    return counts.favourable - (counts.unfavourable if kind is SurveyKind.NPS else 0)
