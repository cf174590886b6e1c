"""Which rate counts on a day, and what a sum says of what it is without."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given

from accounts.money.rates import DayRates, MoneySum, RateTable, Unconverted
from accounts.ui.rate_gaps import RateGaps
from tests import money_cases as cases

MARCH, JUNE = date(2025, 3, 1), date(2025, 6, 1)
EURO = [("EUR", JUNE, Decimal("1.2")), ("EUR", MARCH, Decimal("1.1"))]


def on(day, *, base="USD", rows=EURO):
    return RateTable.of(base=base, rows=rows).on(day)


def test_the_latest_rate_on_or_before_the_day_counts():
    # 100.00 euros: 110.00 dollars from March on, 120.00 from June on.
    assert on(date(2025, 5, 31)).convert(100_00, "EUR") == 110_00
    assert on(JUNE).convert(100_00, "EUR") == 120_00
    assert on(date(2030, 1, 1)).convert(100_00, "EUR") == 120_00
    assert on(MARCH).early == on(JUNE).early == {}


def test_before_the_first_rate_that_one_counts_and_is_marked():
    rates = on(date(2025, 2, 28))
    assert rates.convert(100_00, "EUR") == 110_00
    assert rates.sum([(100_00, "EUR"), (1_00, "USD")]) == MoneySum(111_00, {}, {"EUR": MARCH})


def test_what_is_not_in_a_sum_is_not_marked_in_it():
    assert on(date(2025, 2, 28)).sum([(1_00, "USD"), (0, "EUR")]) == MoneySum(1_00)


def test_without_any_rate_an_amount_is_left_out_and_counted():
    found = on(JUNE).sum([(5_00, "USD"), (700, "CHF"), (300, "CHF"), (0, "SEK"), (9, "JPY")])
    assert found == MoneySum(5_00, {"CHF": Unconverted(1000, 2), "JPY": Unconverted(9, 1)})


def test_a_rate_is_between_whole_units_whatever_their_minor_units_are():
    rows = [("JPY", MARCH, Decimal("0.0065")), ("KWD", MARCH, Decimal("3.25"))]
    rates = on(JUNE, rows=rows)
    assert rates.convert(10_000_000, "JPY") == 65_000_00
    assert rates.convert(100_000, "KWD") == 325_00
    # 65,000.00 dollars at 153.846 yen.
    yen = on(JUNE, base="JPY", rows=[("USD", MARCH, Decimal("153.846"))])
    assert yen.convert(65_000_00, "USD") == 9_999_990


def test_halves_go_to_the_even_neighbour():
    rates = on(JUNE, rows=[("EUR", MARCH, Decimal("0.5"))])
    assert [rates.convert(amount, "EUR") for amount in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]


def test_sums_add_up_with_what_they_are_without():
    one = MoneySum(1, {"CHF": Unconverted(-500, 1)}, {"EUR": MARCH})
    other = MoneySum(2, {"CHF": Unconverted(200, 1), "SEK": Unconverted(1, 1)}, {"JPY": JUNE})
    assert one + other == MoneySum(
        3, {"CHF": Unconverted(-300, 2), "SEK": Unconverted(1, 1)}, {"EUR": MARCH, "JPY": JUNE}
    )


def test_gaps_read_as_sentences():
    left_out = {"SEK": Unconverted(5_00, 2), "CHF": Unconverted(1_000_00, 1)}
    gaps = RateGaps("USD", left_out, {"JPY": JUNE, "EUR": JUNE, "KWD": MARCH})
    assert gaps.sentences == [
        "Not in these sums: CHF 1,000.00 of 1 account, SEK 5.00 of 2 accounts. "
        "No rate brings CHF, SEK into USD.",
        "KWD converted at the first known rate, of 1 Mar 2025.",
        "EUR, JPY converted at the first known rate, of 1 Jun 2025.",
    ]
    assert not RateGaps("USD")


@given(cases.rate_rows, cases.days, cases.amounts)
def test_python_follows_the_rule_to_the_minor_unit(rows, day, amounts):
    rates = RateTable.of(base=cases.BASE, rows=rows).on(day)
    decimals = {"JPY": 0, "KWD": 3}
    for amount, currency in amounts:
        said = 1 if currency == "USD" else cases.rate_by_the_rule(rows, currency, day)
        found = rates.convert(amount, currency)
        if said is None:
            assert found is None
        else:
            whole = Fraction(amount, 10 ** decimals.get(currency, 2)) * Fraction(said)
            assert found == round(whole * 100)


@given(cases.rate_rows, cases.days, cases.amounts)
def test_arrays_are_converted_as_one_by_one(rows, day, amounts):
    rates = RateTable.of(base=cases.BASE, rows=rows).on(day)
    of = np.array([cases.CODES.index(code) for _, code in amounts], dtype=np.int64)
    minor = np.array([amount for amount, _ in amounts], dtype=np.int64)
    converted, known = rates.convert_arrays(minor, cases.CODES, of=of)
    one_by_one = [rates.convert(amount, code) for amount, code in amounts]
    assert converted.tolist() == [each or 0 for each in one_by_one]
    assert known.tolist() == [each is not None for each in one_by_one]


def test_without_a_table_only_the_base_is_known():
    rates = DayRates("USD", JUNE, {})
    assert rates.convert(5, "USD") == 5
    assert rates.convert(5, "EUR") is None
