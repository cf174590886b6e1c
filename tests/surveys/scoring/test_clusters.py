"""People of one customer agree: what their answers tell, against simulated companies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.scoring.clusters import AccountSums, design_effect
from surveys.scoring.scores import Counts, SurveyKind, score

NPS, CSAT, _ = SurveyKind
few = st.integers(0, 6)
accounts_of = st.lists(st.builds(Counts, few, few, few), max_size=12)


def effect_of(kind, accounts):
    return design_effect(kind, counts=sum(accounts, Counts()), sums=AccountSums.of(kind, accounts))


def test_by_hand():
    """Six accounts of four that agree wholly, six that are of two minds: CSAT 50 % of 48.

    Alone: 0.25 / 48. Grouped: 6 · 2² / 48² · 12/11, balances lying 2 from half or on it.
    """
    accounts = [Counts(4), Counts(0, 0, 4), Counts(2, 0, 2), Counts(2, 0, 2)] * 3
    assert effect_of(CSAT, accounts) == pytest.approx((24 / 48**2 * 12 / 11) / (0.25 / 48))


def test_answers_of_as_many_accounts_tell_what_they_are():
    accounts = [Counts(1)] * 8 + [Counts(0, 1)] * 6 + [Counts(0, 0, 1)] * 6
    assert effect_of(NPS, accounts) == pytest.approx(20 / 19)


@given(st.sampled_from(SurveyKind), accounts_of)
def test_grouping_never_makes_answers_tell_more(kind, accounts):
    assert effect_of(kind, accounts) >= 1


@pytest.mark.parametrize(
    "accounts", [[Counts(5, 5, 5)], [Counts(5, 0, 1)] * 9, [Counts(3)] * 20, [Counts()] * 30]
)
def test_where_nothing_can_be_estimated_an_account_is_one_answer(accounts):
    answered = [each for each in accounts if each.n]
    n = sum(each.n for each in accounts)
    assert effect_of(NPS, accounts) == (n / len(answered) if answered else 1)


def simulated_company(rng, *, accounts, spread):
    """Each account has chances of its own, the closer to 0 and 1 the larger the spread."""
    chances = rng.dirichlet(np.array([0.5, 0.3, 0.2]) / spread, size=accounts)
    sizes = rng.integers(1, 9, size=accounts)
    return [
        Counts(*map(int, rng.multinomial(n, own))) for n, own in zip(sizes, chances, strict=True)
    ]


@pytest.mark.parametrize("spread", [0.05, 0.5])
def test_intervals_hold_the_truth_where_people_of_an_account_agree(spread):
    rng = np.random.default_rng(7)
    held, naive, rounds = 0, 0, 400
    for _ in range(rounds):
        accounts = simulated_company(rng, accounts=40, spread=spread)
        counts = sum(accounts, Counts())
        plain = score(NPS, counts)
        fair = score(NPS, counts, design_effect=effect_of(NPS, accounts))
        naive += plain.low <= 30 <= plain.high
        held += fair.low <= 30 <= fair.high
    assert held / rounds >= 0.92
    if spread > 0.1:
        assert naive / rounds < 0.85
