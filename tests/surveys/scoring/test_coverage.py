"""How often the intervals hold the truth: exactly, by summing over all possible answers."""

import math

import pytest

from surveys.scoring.scores import Counts, SurveyKind, mean, score, textbook_margin

NPS, CSAT, _ = SurveyKind
# Shares of promoters, passives and detractors; the fourth is of a company that is loved.
SHARES = [(0.5, 0.3, 0.2), (0.2, 0.6, 0.2), (0.3, 0.2, 0.5), (0.8, 0.15, 0.05), (0.1, 0.85, 0.05)]


def all_answers(n, shares):
    """Each possible outcome of n answers with its chance."""
    for plus in range(n + 1):
        for minus in range(n + 1 - plus):
            rest = n - plus - minus
            ways = math.comb(n, plus) * math.comb(n - plus, minus)
            yield (
                Counts(plus, rest, minus),
                ways * shares[0] ** plus * shares[1] ** rest * shares[2] ** minus,
            )


def covered(n, shares, holds):
    return sum(chance for counts, chance in all_answers(n, shares) if holds(counts))


@pytest.fixture(scope="module")
def nps_bounds():
    """By answers, since all shares ask for the same ones."""
    known = {}

    def bounds(counts):
        if counts not in known:
            found = score(NPS, counts)
            known[counts] = (found.low, found.high)
        return known[counts]

    return bounds


@pytest.mark.parametrize("n", [1, 2, 5, 10, 20, 40])
def test_the_interval_of_an_nps_holds_the_truth(nps_bounds, n):
    for shares in SHARES:
        truth = 100 * (shares[0] - shares[2])

        def holds(counts, truth=truth):
            low, high = nps_bounds(counts)
            return low <= truth <= high

        assert covered(n, shares, holds) >= 0.94, shares


def test_on_average_over_companies_it_holds_the_truth_as_often_as_it_says(nps_bounds):
    grid = [
        (plus / 20, 1 - (plus + minus) / 20, minus / 20)
        for plus in range(21)
        for minus in range(21 - plus)
    ]
    found = []
    for shares in grid:
        truth = 100 * (shares[0] - shares[2])

        def holds(counts, truth=truth):
            low, high = nps_bounds(counts)
            return low - 1e-6 <= truth <= high + 1e-6

        found.append(covered(10, shares, holds))
    assert min(found) >= 0.90
    assert 0.945 <= sum(found) / len(found) <= 0.985


def test_the_textbook_interval_does_not():
    """Why nothing is judged by it: ten answers of a company that is liked."""
    shares = (0.8, 0.15, 0.05)

    def holds(counts):
        found = score(NPS, counts)
        return abs(float(found.value) - 75) <= textbook_margin(NPS, counts)

    assert covered(10, shares, holds) < 0.90


@pytest.mark.parametrize("n", [1, 5, 10, 30, 100])
def test_the_interval_of_a_share_holds_the_truth_on_average(n):
    bounds = [score(CSAT, Counts(part, n - part)) for part in range(n + 1)]
    covering = []
    for step in range(1, 200):
        share = step / 200
        chances = [
            math.comb(n, part) * share**part * (1 - share) ** (n - part)
            for part, found in enumerate(bounds)
            if found.low - 1e-9 <= 100 * share <= found.high + 1e-9
        ]
        covering.append(sum(chances))
    assert 0.945 <= sum(covering) / len(covering) <= 0.98


@pytest.mark.parametrize("shares", [(0.1, 0.2, 0.7), (0.3, 0.4, 0.3), (0.05, 0.35, 0.6)])
def test_the_margin_of_a_mean_holds_the_truth(shares):
    """Answers 3, 4 and 5, ten of them; where all are the same nothing is claimed."""
    truth = sum(share * answer for share, answer in zip(shares, (5, 4, 3), strict=True))

    def claims(counts):
        return mean_of(counts).margin is not None

    def holds(counts):
        found = mean_of(counts)
        return claims(counts) and abs(float(found.value) - truth) <= found.margin

    assert covered(10, shares, holds) / covered(10, shares, claims) >= 0.90


def mean_of(counts):
    return mean({5: counts.favourable, 4: counts.neutral, 3: counts.unfavourable})
