"""The rates of one day for a whole page."""

from datetime import date
from decimal import Decimal

from accounts.models import CurrencyRate
from accounts.money.currencies import minor_rate
from accounts.money.rates import Rates


def rates_on(day: date, *, base: str) -> Rates:
    """The latest rate of each currency up to that day."""
    found = (
        CurrencyRate.objects.filter(base=base, valid_from__lte=day)
        .order_by("currency", "-valid_from")
        .distinct("currency")
        .values_list("currency", "rate")
    )
    rates = {code: minor_rate(rate, currency=code, into=base) for code, rate in found}
    return Rates(base=base, rates=rates | {base: Decimal(1)})
