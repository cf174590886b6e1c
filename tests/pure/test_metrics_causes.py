"""Why net revenue retention moved: shares of each report's own start, which add up to the move."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from metrics.definitions import Cohort, Figure, Rate, Retention
from metrics.retention.causes import causes_of_change

AMOUNTS = st.integers(0, 10**12)
COHORTS = st.builds(
    Cohort,
    start=st.integers(1, 10**12),
    reactivation=AMOUNTS,
    expansion=AMOUNTS,
    contraction=AMOUNTS,
    churn=AMOUNTS,
)


def told(now, then):
    found = causes_of_change(now=Retention(cohort=now), then=Retention(cohort=then))
    return [(cause.figure, cause.now, cause.then, cause.by) for cause in found]


def test_the_largest_cause_stands_first_with_its_share_of_each_start():
    """109 % of 1,000, 99 % of 2,000: churn rose from 1 to 9 %, expansion fell from 12 to 10."""
    then = Cohort(start=1_000, expansion=120, contraction=20, churn=10)
    now = Cohort(start=2_000, expansion=200, contraction=40, churn=180)
    assert told(now, then) == [
        (Figure.CHURN, Fraction(9, 100), Fraction(1, 100), Fraction(-8, 100)),
        (Figure.EXPANSION, Fraction(10, 100), Fraction(12, 100), Fraction(-2, 100)),
    ]


def test_without_a_cohort_on_both_sides_nothing_is_said():
    assert told(Cohort(), Cohort(start=1, churn=1)) == []
    assert told(Cohort(start=1, churn=1), Cohort()) == []


@given(now=COHORTS, then=COHORTS)
def test_causes_add_up_to_the_move_of_the_rate(now, then):
    rates = [Retention(cohort=cohort).rate(Rate.NRR) for cohort in (now, then)]
    assert sum(by for *_, by in told(now, then)) == rates[0] - rates[1]
