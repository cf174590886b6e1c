"""What an account's ARR is worth to the rules that choose its scorecard."""

from decimal import Decimal

import numpy as np
import pytest

from accounts.models import CurrencyRate
from health.facts.rates import in_base, whole_units
from tests.health import builders as make
from tests.health.builders import DAY, ago

pytestmark = pytest.mark.django_db


def rate(currency, value, *, base="USD", since=DAY):
    CurrencyRate.objects.create(currency=currency, base=base, valid_from=since, rate=Decimal(value))


def worth(*amounts, base="USD"):
    """Of accounts with (minor units, currency), in whole units of the base."""
    accounts = [make.make_account(currency=currency) for _, currency in amounts]
    ids = np.array([account.pk for account in accounts])
    arr = np.array([amount for amount, _ in amounts], dtype=np.float64)
    return whole_units(ids, arr, base=base, day=DAY).tolist()


def test_arr_is_counted_in_whole_units_whatever_a_minor_unit_is():
    rate("JPY", "0.0065")
    rate("KWD", "3", since=ago(9))
    rate("KWD", "3.25")
    seen = worth((1_000_00, "USD"), (10_000_000, "JPY"), (100_000, "KWD"))
    assert seen == [1_000, 65_000, 325]


def test_arr_is_counted_in_whole_units_of_a_base_without_cents():
    rate("USD", "150", base="JPY")
    assert worth((20_000, "JPY"), (1_000_00, "USD"), base="JPY") == [20_000, 150_000]


def test_before_its_first_rate_a_currency_counts_at_that_one():
    rate("CHF", "1.1", since=ago(-1))
    assert worth((1_000_00, "CHF")) == [1_100]


def test_what_has_no_rate_is_worth_nothing_to_a_rule():
    assert worth((9_000_000_00, "SEK")) == [0]


def test_accounts_between_those_that_are_asked_do_not_count():
    rate("EUR", "1.5")
    accounts = [make.make_account(currency=code) for code in ("EUR", "EUR", "USD")]
    ids = np.array([accounts[0].pk, accounts[2].pk])
    found = in_base(ids, np.array([100, 100]), base="USD", day=DAY)
    assert found.tolist() == [150, 100]
    assert in_base(ids[:0], ids[:0], base="USD", day=DAY).tolist() == []
