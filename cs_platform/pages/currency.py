"""Amounts in the installation's currency, at the rates of one day for the whole page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import BigIntegerField, Case, ExpressionWrapper, F, Value, When
from django.db.models.expressions import Combinable

from accounts.models import CurrencyRate
from metrics.retention.money import convert


@dataclass(frozen=True, slots=True)
class Rates:
    base: str
    rates: dict[str, Decimal]

    def total(self, amounts: Iterable[tuple[int, str]]) -> int:
        """Sum of (minor units, currency), each converted and rounded half-even."""
        return sum(self._converted(amount, currency) for amount, currency in amounts)

    def _converted(self, amount: int, currency: str) -> int:
        rate = self.rates.get(currency, Decimal(1))
        # Most amounts are in the base currency: exact fractions are for the others.
        return amount if rate == 1 else convert(amount=amount, rate=rate)

    def expression(self, amount: str, *, currency: str) -> Combinable:
        """The amount in the base currency, to sort by; display and sums use `total`."""
        whens = [
            When(**{currency: code}, then=ExpressionWrapper(F(amount) * Value(rate), _INTEGER))
            for code, rate in self.rates.items()
            if rate != 1
        ]
        return Case(*whens, default=F(amount)) if whens else F(amount)


_INTEGER = BigIntegerField()


def rates_on(day: date, *, base: str) -> Rates:
    """The latest rate of each currency up to that day."""
    found = (
        CurrencyRate.objects.filter(base=base, valid_from__lte=day)
        .order_by("currency", "-valid_from")
        .distinct("currency")
        .values_list("currency", "rate")
    )
    return Rates(base=base, rates={base: Decimal(1), **dict(found)})
