"""What a sum over several currencies leaves out, or converts at an early rate, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext, ngettext

from accounts.money.currencies import money_exact
from accounts.money.rates import MoneySum, Unconverted
from accounts.ui import formats


@dataclass(frozen=True, slots=True)
class RateGaps:
    """The same sentences stand on a page and in its CSV. False where there is nothing to say."""

    base: str
    left_out: Mapping[str, Unconverted] = field(default_factory=dict)
    early: Mapping[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, found: MoneySum, *, base: str) -> RateGaps:
        return cls(base, found.left_out, found.early)

    def __bool__(self) -> bool:
        return bool(self.left_out or self.early)

    @property
    def currencies(self) -> list[str]:
        """Without any rate."""
        return sorted(self.left_out)

    @property
    def sentences(self) -> list[str]:
        return [*self._left_out(), *self._early_rate_sentences()]

    def _left_out(self) -> list[str]:
        if not self.left_out:
            return []
        amounts = ", ".join(
            _left_out_amount(currency, found) for currency, found in sorted(self.left_out.items())
        )
        codes = ", ".join(self.currencies)
        return [
            gettext("Not in these sums: %(amounts)s. No rate brings %(codes)s into %(base)s.")
            % {"amounts": amounts, "codes": codes, "base": self.base}
        ]

    def _early_rate_sentences(self) -> list[str]:
        by_day = defaultdict(list)
        for currency, day in sorted(self.early.items()):
            by_day[day].append(currency)
        return [
            gettext("%(currencies)s converted at the first known rate, of %(day)s.")
            % {"currencies": ", ".join(currencies), "day": formats.day(day)}
            for day, currencies in sorted(by_day.items())
        ]


def _left_out_amount(currency: str, found: Unconverted) -> str:
    # What came and went again adds up to nothing today, but is missing from the time between.
    words = money_exact(found.amount, currency) if found.amount else currency
    if not found.accounts:
        return words
    of_accounts = ngettext(
        "%(amounts)s of %(count)s account", "%(amounts)s of %(count)s accounts", found.accounts
    )
    return of_accounts % {"amounts": words, "count": f"{found.accounts:,}"}
