"""Accounts' ARR in the installation's currency."""

from __future__ import annotations

from datetime import date

import numpy as np

from accounts.models import Account
from accounts.money.conversion import Integers
from accounts.money.currencies import decimals_of
from accounts.queries.rates import rates_on
from health.measures.inputs import Floats


def in_base(account_ids: Integers, arr: Integers, *, base: str, day: date) -> Integers:
    """Minor units of each account's currency as those of `base`, at the rates of the day; 0 where
    there is none. `account_ids` ascend."""
    span = (int(account_ids[0]), int(account_ids[-1])) if len(account_ids) else (0, 0)
    foreign = Account.objects.exclude(currency=base).filter(pk__range=span)
    currency_of = dict(foreign.values_list("pk", "currency"))
    codes = [base, *sorted(set(currency_of.values()))]
    of = np.zeros(len(account_ids), dtype=np.int64)
    ids, places = list(currency_of), [codes.index(code) for code in currency_of.values()]
    position = np.searchsorted(account_ids, ids)
    is_asked = account_ids[position] == ids
    of[position[is_asked]] = np.array(places, dtype=np.int64)[is_asked]
    converted, _ = rates_on(day, base=base).convert_arrays(arr, codes, of=of)
    return converted


def whole_units(account_ids: Integers, arr: Floats, *, base: str, day: date) -> Floats:
    """The same in whole units, as rules write their minimum; what has no rate reaches none."""
    converted = in_base(account_ids, arr.astype(np.int64), base=base, day=day)
    return np.asarray(converted / 10 ** decimals_of(base), dtype=np.float64)
