"""Accounts' ARR in the installation's currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.models import Account
from accounts.money.conversion import Integers
from accounts.money.currencies import decimals_of
from accounts.queries.rates import rates_on
from health.measures.inputs import Floats


@dataclass(frozen=True, slots=True)
class Currencies:
    """What accounts count in: `of` are places in `codes`, of which the first is `base`, the
    installation's own."""

    base: str
    codes: list[str]
    of: Integers

    def in_base(self, arr: Integers, *, day: date) -> Integers:
        """Minor units of each account's currency as those of `base`, at the rates of the day; 0
        where there is none."""
        if len(self.codes) == 1:
            return arr
        converted, _ = rates_on(day, base=self.base).convert_arrays(arr, self.codes, of=self.of)
        return converted

    def whole_units(self, arr: Floats, *, day: date) -> Floats:
        """The same in whole units, as rules write their minimum; what has no rate reaches none."""
        converted = self.in_base(arr.astype(np.int64), day=day)
        return np.asarray(converted / 10 ** decimals_of(self.base), dtype=np.float64)


def read_currencies(account_ids: Integers, *, base: str) -> Currencies:
    """`account_ids` ascend."""
    span = (int(account_ids[0]), int(account_ids[-1])) if len(account_ids) else (0, 0)
    foreign = Account.objects.exclude(currency=base).filter(pk__range=span)
    currency_of = dict(foreign.values_list("pk", "currency"))
    codes = [base, *sorted(set(currency_of.values()))]
    of = np.zeros(len(account_ids), dtype=np.int64)
    ids, places = list(currency_of), [codes.index(code) for code in currency_of.values()]
    position = np.searchsorted(account_ids, ids)
    is_asked = account_ids[position] == ids
    of[position[is_asked]] = np.array(places, dtype=np.int64)[is_asked]
    return Currencies(base, codes, of)


def in_base(account_ids: Integers, arr: Integers, *, base: str, day: date) -> Integers:
    """Of `Currencies`, for one day."""
    return read_currencies(account_ids, base=base).in_base(arr, day=day)


def whole_units(account_ids: Integers, arr: Floats, *, base: str, day: date) -> Floats:
    """Of `Currencies`, for one day."""
    return read_currencies(account_ids, base=base).whole_units(arr, day=day)
