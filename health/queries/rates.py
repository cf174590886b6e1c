"""Factors from an account's minor units to whole units of the installation's currency."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from accounts.models import Account, CurrencyRate
from accounts.money.currencies import decimals_of


def arr_factors(
    account_ids: npt.NDArray[np.int64], *, base: str, day: date
) -> npt.NDArray[np.float64]:
    """One factor an account; 0 where no rate is known: what an amount is worth is not guessed, so
    it reaches no rule's minimum."""
    rates = {base: 1.0}
    known = CurrencyRate.objects.filter(base=base, valid_from__lte=day).order_by("valid_from")
    for currency, rate in known.values_list("currency", "rate"):
        rates[currency] = float(rate)
    factors = np.full(len(account_ids), 1 / 10 ** decimals_of(base))
    span = (int(account_ids[0]), int(account_ids[-1])) if len(account_ids) else (0, 0)
    foreign = Account.objects.exclude(currency=base).filter(pk__range=span)
    for pk, currency in foreign.values_list("pk", "currency"):
        position = int(np.searchsorted(account_ids, pk))
        if account_ids[position] != pk:
            continue
        factors[position] = rates.get(currency, 0.0) / 10 ** decimals_of(currency)
    return factors
