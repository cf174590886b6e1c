"""The renewal forecast against numbers worked by hand, and what must hold for any book."""

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.retention.forecast import STARTING_CHANCES, Chances, expected
from metrics.retention.rates import percent

GOLDEN = Path(__file__).parent.parent / "golden" / "renewal_forecast.csv"
CHANCES = Chances.of(STARTING_CHANCES)

scores = st.decimals(min_value=0, max_value=100, places=2)
amounts = st.integers(min_value=0, max_value=10**15)
probabilities = st.decimals(min_value=0, max_value=1, places=4)
books = st.lists(st.tuples(amounts, st.none() | scores), max_size=30)


def minor(text):
    return int(Decimal(text) * 100)


def golden():
    with GOLDEN.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", golden(), ids=lambda row: f"{row['case']} {row['score']}")
def test_a_renewal_worked_by_hand(row):
    score = Decimal(row["score"]) if row["score"] else None
    assert CHANCES.chance(score) == Decimal(row["probability"])
    assert expected(arr=minor(row["arr"]), chance=CHANCES.chance(score)) == minor(row["expected"])


def test_the_book_worked_by_hand():
    rows = [row for row in golden() if row["case"] == "book"]
    due = sum(minor(row["arr"]) for row in rows)
    forecast = sum(
        expected(arr=minor(row["arr"]), chance=CHANCES.chance(Decimal(row["score"])))
        for row in rows
    )
    assert (due, forecast) == (225_000_00, 147_500_00)
    assert percent(rate=Fraction(forecast, due)) == Decimal("65.6")


@given(amounts, st.none() | scores)
def test_nothing_is_expected_beyond_what_is_due(arr, score):
    assert 0 <= expected(arr=arr, chance=CHANCES.chance(score)) <= arr


@given(amounts, scores, scores)
def test_better_health_never_lowers_the_forecast(arr, one, other):
    low, high = sorted((one, other))
    assert expected(arr=arr, chance=CHANCES.chance(low)) <= expected(
        arr=arr, chance=CHANCES.chance(high)
    )


@given(amounts, amounts, st.none() | scores)
def test_more_arr_never_lowers_the_forecast(one, other, score):
    chance = CHANCES.chance(score)
    low, high = sorted((one, other))
    assert expected(arr=low, chance=chance) <= expected(arr=high, chance=chance)


@given(books)
def test_a_forecast_is_within_half_a_cent_a_renewal_of_the_exact_one(book):
    total = sum(expected(arr=arr, chance=CHANCES.chance(score)) for arr, score in book)
    exact = sum((arr * Fraction(CHANCES.chance(score)) for arr, score in book), start=Fraction(0))
    assert abs(total - exact) <= Fraction(len(book), 2)


@given(
    st.dictionaries(
        st.decimals(min_value=Decimal("0.01"), max_value=100, places=2), probabilities, max_size=8
    ),
    probabilities,
    probabilities,
    scores,
)
def test_any_table_has_a_chance_for_any_score(rows, lowest, unscored, score):
    chances = Chances.of([*rows.items(), (Decimal(0), lowest), (None, unscored)])
    reached = [lower for lower in (*rows, Decimal(0)) if lower <= score]
    table = {**rows, Decimal(0): lowest}
    assert chances.chance(score) == table[max(reached)]
    assert chances.chance(None) == unscored


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(Decimal(0), Decimal("0.1"))],
        [(None, Decimal("0.7"))],
        [(Decimal(20), Decimal("0.3")), (None, Decimal("0.7"))],
    ],
)
def test_a_table_with_a_gap_is_refused(rows):
    with pytest.raises(ValueError, match="a row from 0 on and one without a score"):
        Chances.of(rows)
