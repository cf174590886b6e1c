"""Amounts in the installation's currency, at the rates of one day for the whole page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Case, F, Func, Value, When
from django.db.models.sql.compiler import SQLCompiler

from accounts.money.conversion import convert


@dataclass(frozen=True, slots=True)
class Rates:
    """`rates` are from minor units to minor units of `base`. What has none is in no sum."""

    base: str
    rates: dict[str, Decimal]

    def total(self, amounts: Iterable[tuple[int, str]]) -> int:
        """Sum of (minor units, currency), each converted and rounded half-even."""
        return sum(self._converted(amount, currency) for amount, currency in amounts)

    def _converted(self, amount: int, currency: str) -> int:
        rate = self.rates.get(currency, Decimal(0))
        # Most amounts are in the base currency: exact fractions are for the others.
        return amount if rate == 1 else convert(amount=amount, rate=rate)

    def missing(self, amounts: Iterable[tuple[int, str]]) -> set[str]:
        """Currencies of amounts that `total` leaves out."""
        return {currency for amount, currency in amounts if amount and currency not in self.rates}

    def expression(self, amount: str, *, currency: str) -> Case:
        """The amount in the base currency inside SQL, equal to what `total` adds up; NULL where
        there is no rate."""
        whens = [
            When(
                **{currency: code},
                then=F(amount) if rate == 1 else HalfEven(F(amount) * Value(rate)),
            )
            for code, rate in self.rates.items()
        ]
        return Case(*whens, output_field=BigIntegerField())


class HalfEven(Func):
    """Rounds halves to the even neighbour; Postgres alone rounds them away from zero."""

    output_field = BigIntegerField()

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        exact, params = compiler.compile(self.source_expressions[0])
        step = (
            f"CASE WHEN abs({exact} - trunc({exact})) = 0.5 AND mod(round({exact}), 2) <> 0"
            f" THEN sign({exact}) ELSE 0 END"
        )
        return f"(round({exact}) - {step})::bigint", (*params,) * 5
