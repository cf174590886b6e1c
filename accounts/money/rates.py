"""Which rate of a currency counts on a day, and sums at the rates of one day.

The one rule (decision 23): the latest rate on or before the day; before a currency's first rate
that first one, which is *early* and marked so; without any rate the amount is left out and named.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from accounts.money.conversion import Integers, convert, convert_all
from accounts.money.currencies import minor_rate

_valid_from = attrgetter("valid_from")


@dataclass(frozen=True, slots=True)
class DatedRate:
    """Minor units of the base for one minor unit of the currency, from a day on."""

    valid_from: date
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Unconverted:
    """What no rate converts: minor units of its own currency, and how many accounts owe it (0 on
    the page of one)."""

    amount: int
    accounts: int

    def __add__(self, other: Unconverted) -> Unconverted:
        return Unconverted(self.amount + other.amount, self.accounts + other.accounts)


@dataclass(frozen=True, slots=True)
class MoneySum:
    """Minor units of the base; what is not in it, and what is in it at an early rate."""

    total: int = 0
    left_out: Mapping[str, Unconverted] = field(default_factory=dict)
    early: Mapping[str, date] = field(default_factory=dict)

    def __add__(self, other: MoneySum) -> MoneySum:
        left_out = dict(self.left_out)
        for currency, more in other.left_out.items():
            left_out[currency] = left_out[currency] + more if currency in left_out else more
        early = {**self.early, **other.early}
        return MoneySum(self.total + other.total, left_out, early)


@dataclass(frozen=True, slots=True)
class DayRates:
    """The rate of every currency that has one, on one day, into the minor units of `base`."""

    base: str
    day: date
    rates: Mapping[str, DatedRate]

    @property
    def factors(self) -> dict[str, Decimal]:
        return {currency: rate.factor for currency, rate in self.rates.items()} | {
            self.base: Decimal(1)
        }

    @property
    def early(self) -> dict[str, date]:
        """Currencies that have no rate yet on the day, and the day of the first one."""
        return {
            currency: rate.valid_from
            for currency, rate in self.rates.items()
            if rate.valid_from > self.day and currency != self.base
        }

    def __contains__(self, currency: str) -> bool:
        return currency == self.base or currency in self.rates

    def convert(self, amount: int, currency: str) -> int | None:
        """Half-even; None without a rate."""
        # Most amounts are in the base currency: exact fractions are for the others.
        if currency == self.base:
            return amount
        rate = self.rates.get(currency)
        return None if rate is None else convert(amount=amount, rate=rate.factor)

    def convert_arrays(
        self, amounts: Integers, currencies: Sequence[str], *, of: Integers
    ) -> tuple[Integers, NDArray[np.bool_]]:
        """As `convert`, of whole arrays: `of` is each amount's place in `currencies`. What has no
        rate is 0, and False in the second array."""
        converted, known = np.zeros_like(amounts), np.zeros(len(amounts), dtype=np.bool_)
        factors = self.factors
        for place, currency in enumerate(currencies):
            if currency in factors:
                chosen = of == place
                converted[chosen] = convert_all(amounts=amounts[chosen], rate=factors[currency])
                known |= chosen
        return converted, known

    def sum(self, amounts: Iterable[tuple[int, str]]) -> MoneySum:
        """Of (minor units, currency), one an account, each converted and rounded by itself."""
        total = 0
        left_out: dict[str, Unconverted] = {}
        seen: set[str] = set()
        for amount, currency in amounts:
            if not amount:
                continue
            converted = self.convert(amount, currency)
            if converted is not None:
                total += converted
                seen.add(currency)
            else:
                left_out[currency] = left_out.get(currency, Unconverted(0, 0)) + Unconverted(
                    amount, 1
                )
        return MoneySum(total, left_out, self.early_among(seen))

    def early_among(self, currencies: Iterable[str]) -> dict[str, date]:
        """Those of the currencies that are converted at an early rate."""
        early = self.early
        return {currency: early[currency] for currency in sorted(set(currencies) & set(early))}


@dataclass(frozen=True, slots=True)
class RateTable:
    """Every rate into the minor units of one currency, by currency, the oldest first."""

    base: str
    courses: Mapping[str, Sequence[DatedRate]]

    @classmethod
    def of(cls, *, base: str, rows: Iterable[tuple[str, date, Decimal]]) -> RateTable:
        """From (currency, valid from, whole units of the base for a whole unit), in any order."""
        courses: dict[str, list[DatedRate]] = defaultdict(list)
        for currency, valid_from, rate in rows:
            factor = minor_rate(rate, currency=currency, into=base)
            courses[currency].append(DatedRate(valid_from, factor))
        return cls(base, {code: sorted(of, key=_valid_from) for code, of in courses.items()})

    @property
    def currencies(self) -> tuple[str, ...]:
        """The base, and all that it has a rate of."""
        return (self.base, *sorted(set(self.courses) - {self.base}))

    def rate(self, currency: str, *, day: date) -> DatedRate | None:
        course = self.courses.get(currency)
        if not course:
            return None
        until_day = bisect_right(course, day, key=_valid_from)
        return course[max(until_day - 1, 0)]

    def on(self, day: date) -> DayRates:
        return DayRates(self.base, day, dict(self._rates_known_on(day)))

    def _rates_known_on(self, day: date) -> Iterator[tuple[str, DatedRate]]:
        for currency in self.courses:
            rate = self.rate(currency, day=day)
            if rate is not None:
                yield currency, rate
