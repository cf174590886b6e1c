"""An account's ARR where part of its ledger is in another currency than its own."""

from decimal import Decimal

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.loading import refresh_accounts
from accounts.models import CurrencyRate
from health.facts import FactScope, load_base
from health.facts.scope import number
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago
from tests.health.reading import raw

pytestmark = pytest.mark.django_db


def rate(currency, value, *, base="USD", days_ago=400):
    CurrencyRate.objects.create(
        currency=currency, base=base, valid_from=ago(days_ago), rate=Decimal(value)
    )


def ledger_of(*accounts):
    ids = np.array([account.pk for account in accounts])
    scope = FactScope(ids, DAY, DAY, "UTC", False)
    return load_base(scope, with_history=False).ledger


def arr(*accounts, effective=DAY, today=DAY):
    found = ledger_of(*accounts).arr(effective=number(effective), today=number(today))
    return found.tolist()


def test_a_movement_counts_by_its_worth_in_the_accounts_currency():
    rate("JPY", "0.0065")
    rate("USD", "150", base="JPY")
    rate("KWD", "3.25", base="JPY", days_ago=500)
    rate("KWD", "480", base="JPY")
    dollars, yen = make.make_account(), make.make_account(currency="JPY")
    make.move_arr(dollars, 1_000, days_ago=40)
    make.move_arr(dollars, 100_000, days_ago=30, currency="JPY")  # 10 000 000 minor units
    make.move_arr(yen, 1_000, days_ago=30, currency="USD")
    make.move_arr(yen, 10, days_ago=20, currency="KWD")  # 1.000 dinar

    # 1 000.00 + 65 000.00 dollars; 150 000 + 480 yen
    assert arr(dollars, yen) == [66_000_00, 150_480]


def test_the_rate_is_that_of_the_day_that_is_judged_for_all_days_compared():
    rate("EUR", "1.10")
    rate("EUR", "1.20", days_ago=10)
    account = make.make_account()
    make.move_arr(account, 40_000, days_ago=380, currency="EUR")

    assert arr(account, today=ago(11)) == [44_000_00]
    assert arr(account) == arr(account, effective=ago(370)) == [48_000_00]
    assert raw(account, "arr_movement", way="block") == 0
    assert raw(account, "arr_movement", day=ago(11), way="block") == 0


def test_before_its_first_rate_a_currency_counts_at_that_one():
    rate("EUR", "1.10", days_ago=10)
    account = make.make_account()
    make.move_arr(account, 40_000, days_ago=380, currency="EUR")

    assert arr(account, today=ago(30)) == [44_000_00]
    assert raw(account, "arr_movement", day=ago(11), way="block") == 0


def test_it_is_the_arr_the_account_carries():
    rate("EUR", "1.1049")
    rate("JPY", "0.0065")
    accounts = [make.make_account(currency=currency) for currency in ("USD", "USD", "EUR")]
    for place, account in enumerate(accounts):
        make.move_arr(account, 331 + place, days_ago=90, currency="EUR")
        make.move_arr(account, 77 + place, days_ago=60, kind="expansion", currency="JPY")
        make.move_arr(account, 5, days_ago=30, kind="expansion")
    refresh_accounts(day=DAY, now=NOW)
    for account in accounts:
        account.refresh_from_db()

    assert arr(*accounts) == [account.arr_minor for account in accounts]
    assert all(arr(*accounts))


def test_arr_movement_with_an_amount_that_nothing_converts_is_missing():
    """A customer who changed to francs has not left: −100 % would be a guess."""
    account = make.make_account()
    make.move_arr(account, 40_000, days_ago=500)
    make.move_arr(account, -40_000, days_ago=20, kind="churn")
    make.move_arr(account, 38_000, days_ago=20, currency="CHF")

    assert raw(account, "arr_movement") is None
    assert raw(account, "arr_movement", day=ago(21)) == 0
    assert arr(account) == [0]
    rate("CHF", "1.0")
    assert raw(account, "arr_movement") == pytest.approx(-0.05)


def test_what_came_and_went_in_a_currency_without_a_rate_is_nothing():
    account = make.make_account()
    make.move_arr(account, 40_000, days_ago=500)
    make.move_arr(account, 500, days_ago=450, currency="CHF")
    make.move_arr(account, -500, days_ago=420, kind="contraction", currency="CHF")

    assert raw(account, "arr_movement") == 0


def test_flat_terms_are_missing_where_a_term_began_with_what_nothing_converts():
    account = make.make_account()
    make.sign(account, days_ago=10, term_months=6)
    make.move_arr(account, 20_000, days_ago=800)
    assert raw(account, "arr_flat_terms") == 3
    make.move_arr(account, 500, days_ago=700, kind="expansion", currency="SEK")
    make.move_arr(account, -500, days_ago=300, kind="contraction", currency="SEK")

    assert raw(account, "arr_flat_terms") is None
    rate("SEK", "0.1", days_ago=0)
    assert raw(account, "arr_flat_terms") == 3  # 50 of 20 050 is within 1 %


def test_foreign_money_costs_one_query_and_own_money_none():
    accounts = [make.make_account() for _ in range(3)]
    for account in accounts:
        make.move_arr(account, 10, days_ago=9)
    with CaptureQueriesContext(connection) as own:
        ledger_of(*accounts)
    for account in accounts:
        make.move_arr(account, 10, days_ago=8, currency="EUR")
        make.move_arr(account, 10, days_ago=8, currency="CHF")
    with CaptureQueriesContext(connection) as foreign:
        ledger_of(*accounts)
    assert len(foreign) == len(own) + 1
