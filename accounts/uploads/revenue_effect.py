"""What an import does to ARR, account by account, in the installation's currency."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from accounts.intake.fields import Kind
from accounts.loading.derived import Rates, converted, rates_on
from accounts.models import Account, Installation

TOUCHING = frozenset({Kind.CONTRACTS, Kind.MOVEMENTS})
_SHOWN = 10


@dataclass(slots=True)
class RevenueEffect:
    """Minor units. An account without a currency rate counts as unknown, and is said to be."""

    currency: str
    rates: Rates
    before: dict[str, int] = field(default_factory=dict)
    change: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, *, day: date) -> "RevenueEffect":
        return cls(Installation.current().currency, rates_on(day))

    def arr_of(self, external_ids: Iterable[str]) -> dict[str, int]:
        rows = Account.objects.filter(external_id__in=sorted(set(external_ids)))
        found = {}
        for key, name, minor, code in rows.values_list(
            "external_id", "name", "arr_minor", "currency"
        ):
            amount = converted(minor, currency=code, into=self.currency, rates=self.rates)
            if amount is None:
                self.unknown.add(key)
                continue
            found[key], self.names[key] = amount, name
        return found

    def note(self, before: dict[str, int], after: dict[str, int]) -> None:
        for key, amount in after.items():
            was = before.get(key, 0)
            self.before.setdefault(key, was)
            if amount != was:
                self.change[key] = self.change.get(key, 0) + amount - was

    def as_json(self) -> dict[str, object]:
        moved = {key: change for key, change in self.change.items() if change}
        before = sum(self.before.values())
        largest = sorted(moved, key=lambda key: -abs(moved[key]))[:_SHOWN]
        return {
            "currency": self.currency,
            "before": before,
            "after": before + sum(moved.values()),
            "accounts": len(moved),
            "gained": sum(c for c in moved.values() if c > 0),
            "lost": sum(c for c in moved.values() if c < 0),
            "unknown": len(self.unknown),
            "movers": [[key, self.names[key], self.before[key], moved[key]] for key in largest],
        }
