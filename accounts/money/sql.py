"""The rule of `accounts.money.rates` inside SQL: half-even, NULL where a currency has no rate."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Case, F, Func, Value, When
from django.db.models.sql.compiler import SQLCompiler

from accounts.money.rates import DayRates

# To be joined on the row's currency; without a match the rate, and so the amount, is NULL.
RATES = "unnest(%(currencies)s::varchar[], %(rates)s::numeric[]) AS r (currency, rate)"


def rate_params(rates: DayRates) -> dict[str, Any]:
    factors = rates.factors
    return {"currencies": list(factors), "rates": list(factors.values())}


def rounded(exact: str) -> str:
    """SQL for a numeric as bigint, half-even.

    Postgres rounds halves away from zero, so the odd result of an exact half steps back.
    """
    return (
        f"(round({exact}) - CASE"
        f" WHEN abs({exact} - trunc({exact})) = 0.5 AND mod(round({exact}), 2) <> 0"
        f" THEN sign({exact}) ELSE 0 END)::bigint"
    )


def converted(amount: str) -> str:
    """SQL for a column in minor units, as bigint in the currency of the joined `RATES`."""
    return f"CASE WHEN r.rate = 1 THEN {amount} ELSE {rounded(f'{amount} * r.rate')} END"


def expression(rates: DayRates, amount: str, *, currency: str) -> Case:
    """The same for fields of a model."""
    whens = [
        When(**{currency: code}, then=F(amount) if rate == 1 else HalfEven(F(amount) * Value(rate)))
        for code, rate in rates.factors.items()
    ]
    return Case(*whens, output_field=BigIntegerField())


class HalfEven(Func):
    """`rounded` around an expression."""

    output_field = BigIntegerField()

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        product, params = compiler.compile(self.source_expressions[0])
        # A rate without decimals would make it an integer, which Postgres rounds as a float.
        exact = f"({product})::numeric"
        sql = rounded(exact)
        return sql, (*params,) * sql.count(exact)
