"""The rule of the rates inside Postgres, and where rates are kept."""

import itertools
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from accounts.models import Account, CurrencyRate
from accounts.money.rates import RateTable
from accounts.money.sql import RATES, converted, expression, rate_params
from accounts.queries.rates import all_rates_on, rate_table, rates_on
from tests import money_cases as cases

pytestmark = pytest.mark.django_db
numbers = itertools.count()
# An example does not look at what the ones before it have written.
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def store(rows, *, base=cases.BASE):
    CurrencyRate.objects.filter(base=base).delete()
    CurrencyRate.objects.bulk_create(
        CurrencyRate(currency=currency, base=base, valid_from=day, rate=rate)
        for currency, day, rate in rows
    )


@many
@given(cases.rate_rows, cases.days)
def test_the_database_chooses_the_same_rate_as_python(rows, day):
    store(rows)
    chosen = RateTable.of(base=cases.BASE, rows=rows).on(day)
    assert rates_on(day, base=cases.BASE) == chosen
    assert rate_table(base=cases.BASE).on(day) == chosen
    assert all_rates_on(day).into(cases.BASE) == chosen


@many
@given(cases.rate_rows, cases.days, cases.amounts)
def test_sql_converts_as_python_does(rows, day, amounts):
    rates = RateTable.of(base=cases.BASE, rows=rows).on(day)
    query = f"""
        SELECT {converted("a.minor")}
        FROM unnest(%(amounts)s::bigint[], %(codes)s::varchar[])
            WITH ORDINALITY AS a (minor, currency, place)
        LEFT JOIN {RATES} ON r.currency = a.currency ORDER BY a.place
    """
    found = {"amounts": [minor for minor, _ in amounts], "codes": [code for _, code in amounts]}
    with connection.cursor() as cursor:
        cursor.execute(query, {**found, **rate_params(rates)})
        in_sql = [worth for (worth,) in cursor.fetchall()]
    assert in_sql == [rates.convert(minor, code) for minor, code in amounts]


@many
@given(cases.rate_rows, cases.days, cases.amounts)
def test_fields_of_a_model_are_converted_as_python_does(rows, day, amounts):
    accounts = Account.objects.bulk_create(
        Account(external_id=f"a{next(numbers)}", name="A", arr_minor=minor, currency=code)
        for minor, code in amounts
    )
    rates = RateTable.of(base=cases.BASE, rows=rows).on(day)
    mine = Account.objects.filter(pk__in=[account.pk for account in accounts]).order_by("pk")
    worth = expression(rates, "arr_minor", currency="currency")
    in_sql = list(mine.annotate(worth=worth).values_list("worth", flat=True))
    assert in_sql == [rates.convert(minor, code) for minor, code in amounts]


def test_a_rate_into_one_currency_is_none_into_another():
    store([("EUR", cases.FIRST, Decimal("1.1"))])
    store([("EUR", cases.FIRST, Decimal("0.9"))], base="CHF")
    rates = all_rates_on(cases.FIRST)
    assert rates.into("USD").convert(100_00, "EUR") == 110_00
    assert rates.into("CHF").convert(100_00, "EUR") == 90_00
    assert rates.into("SEK").convert(100_00, "EUR") is None
