"""The stored rates: those of one day for a page, or all of them where many days are asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, F, QuerySet, When

from accounts.models import CurrencyRate, RevenueMovement
from accounts.money.rates import DayRates, RateTable


@dataclass(frozen=True, slots=True)
class RatesOfDay:
    """The rates of one day into every currency."""

    day: date
    by_base: Mapping[str, DayRates]

    def into(self, base: str) -> DayRates:
        return self.by_base.get(base) or DayRates(base, self.day, {})


def rates_on(day: date, *, base: str) -> DayRates:
    return _of_day(CurrencyRate.objects.filter(base=base), day).into(base)


def all_rates_on(day: date) -> RatesOfDay:
    return _of_day(CurrencyRate.objects.all(), day)


def _of_day(rates: QuerySet[CurrencyRate], day: date) -> RatesOfDay:
    """One row a pair: the latest on or before the day, else the first."""
    by_then = Case(When(valid_from__lte=day, then=F("valid_from")))
    found = (
        rates.order_by("base", "currency", by_then.desc(nulls_last=True), "valid_from")
        .distinct("base", "currency")
        .values_list("base", "currency", "valid_from", "rate")
    )
    return RatesOfDay(day, {base: table.on(day) for base, table in _by_base(found).items()})


def _by_base(rows: Iterable[tuple[str, str, date, Decimal]]) -> dict[str, RateTable]:
    by_base = defaultdict(list)
    for base, currency, valid_from, rate in rows:
        by_base[base].append((currency, valid_from, rate))
    return {base: RateTable.of(base=base, rows=of) for base, of in by_base.items()}


def rate_tables() -> dict[str, RateTable]:
    """All there are, by base."""
    rows = CurrencyRate.objects.values_list("base", "currency", "valid_from", "rate")
    return _by_base(rows)


def rate_table(*, base: str) -> RateTable:
    rows = CurrencyRate.objects.filter(base=base).values_list("currency", "valid_from", "rate")
    return RateTable.of(base=base, rows=rows)


def only_other_currency(base: str) -> str:
    """The currency that all money is in where none is in `base`; empty where it is several, or
    there is no money at all."""
    # Uses index: movement_currency
    rows = RevenueMovement.objects.order_by("currency").values_list("currency", flat=True)
    if rows.filter(currency=base).exists():
        return ""
    first, last = rows.first(), rows.last()
    return first if first and first == last else ""
