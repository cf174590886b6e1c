"""What an import does to ARR, account by account, in the installation's currency."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, Sum

from accounts.intake.fields import Kind
from accounts.models import Account, Installation, RevenueMovement
from accounts.money.rates import DayRates, MoneySum, Unconverted
from accounts.queries.rates import RatesOfDay, all_rates_on

TOUCHING = frozenset({Kind.CONTRACTS, Kind.MOVEMENTS})
_SHOWN = 10


@dataclass(slots=True)
class RevenueEffect:
    """Minor units. What no rate converts is in none of the sums; `left_out` has it by account and
    currency."""

    currency: str
    rates: RatesOfDay
    before: dict[str, int] = field(default_factory=dict)
    change: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    left_out: dict[tuple[str, str], int] = field(default_factory=dict)
    early: dict[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, *, day: date) -> "RevenueEffect":
        return cls(Installation.current().currency, all_rates_on(day))

    def arr_of(self, external_ids: Collection[str]) -> dict[str, int]:
        rows = Account.objects.filter(external_id__in=sorted(external_ids))
        into = self.rates.into(self.currency)
        found = {}
        for key, name, minor, code in rows.values_list(
            "external_id", "name", "arr_minor", "currency"
        ):
            amount = self._convert_for_account(key, minor, code, into=into)
            found[key], self.names[key] = amount or 0, name
        self._name_foreign(external_ids)
        return found

    def _name_foreign(self, external_ids: Collection[str]) -> None:
        """An account's ARR is without movements that no rate brings into its currency."""
        owed = (
            RevenueMovement.objects.filter(
                account__external_id__in=sorted(external_ids), effective_on__lte=self.rates.day
            )
            .exclude(currency=F("account__currency"))
            .values_list("account__external_id", "account__currency", "currency")
            .annotate(amount=Sum("amount_minor"))
            .order_by()
        )
        for key, its_currency, code, amount in owed:
            self._convert_for_account(key, amount, code, into=self.rates.into(its_currency))

    def _convert_for_account(
        self, key: str, amount: int, code: str, *, into: DayRates
    ) -> int | None:
        worth = into.convert(amount, code)
        self.left_out.pop((key, code), None)
        if worth is None and amount:
            self.left_out[key, code] = amount
        elif amount:
            self.early |= into.early_among([code])
        return worth

    def note(self, before: dict[str, int], after: dict[str, int]) -> None:
        for key, amount in after.items():
            was = before.get(key, 0)
            self.before.setdefault(key, was)
            if amount != was:
                self.change[key] = self.change.get(key, 0) + amount - was

    def as_json(self) -> dict[str, object]:
        moved = {key: change for key, change in self.change.items() if change}
        before = sum(self.before.values())
        largest = sorted(moved, key=lambda key: (-abs(moved[key]), key))[:_SHOWN]
        gaps = MoneySum(early=self.early)
        for (_, code), amount in self.left_out.items():
            gaps += MoneySum(left_out={code: Unconverted(amount, 1)})
        return {
            "currency": self.currency,
            "before": before,
            "after": before + sum(moved.values()),
            "accounts": len(moved),
            "gained": sum(c for c in moved.values() if c > 0),
            "lost": sum(c for c in moved.values() if c < 0),
            "left_out": {code: [of.amount, of.accounts] for code, of in gaps.left_out.items()},
            "early": {code: day.isoformat() for code, day in gaps.early.items()},
            "movers": [[key, self.names[key], self.before[key], moved[key]] for key in largest],
        }
