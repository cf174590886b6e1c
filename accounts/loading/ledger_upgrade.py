"""Ledgers derived again by an upgrade, because the rules of derivation changed: what that did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from accounts.loading.due_ledgers import derive_marked, next_marked
from accounts.models import RevenueMovement
from accounts.money.currencies import money_exact

# Of one account: minor units by kind and currency.
Sums = Counter[tuple[str, str]]


@dataclass(slots=True)
class LedgerChanges:
    """`before` and `after`: sums of movements in force by kind and currency, of what changed."""

    accounts: int = 0
    changed: int = 0
    before: Sums = field(default_factory=Counter)
    after: Sums = field(default_factory=Counter)

    def note(self, before: Sums, after: Sums) -> None:
        self.accounts += 1
        if before != after:
            self.changed += 1
            self.before.update(before)
            self.after.update(after)

    def __str__(self) -> str:
        said = f"Ledgers derived again: {self.changed:,} of {self.accounts:,} accounts changed"
        if not self.changed:
            return f"{said}."
        lines = [f"{said}:"]
        for currency in sorted({code for _, code in {*self.before, *self.after}}):
            lines.append(f"  ARR {self._before_and_after_sum(currency, kind='')}")
            kinds = sorted({k for k, code in {*self.before, *self.after} if code == currency})
            lines += [
                f"  {kind} {self._before_and_after_sum(currency, kind=kind)}" for kind in kinds
            ]
        return "\n".join(lines)

    def _before_and_after_sum(self, currency: str, *, kind: str) -> str:
        was, now = (
            sum(
                amount for (k, code), amount in sums.items() if code == currency and kind in ("", k)
            )
            for sums in (self.before, self.after)
        )
        return f"{money_exact(was, currency)} → {money_exact(now, currency)}"


def upgrade_ledgers(*, day: date, now: datetime) -> LedgerChanges | None:
    """Derives what migrations marked, some accounts a transaction; None where nothing was."""
    changes = LedgerChanges()
    while account_ids := next_marked():
        with transaction.atomic():
            before = _sums_by_account(account_ids, day=day)
            derive_marked(account_ids, day=day, now=now)
            after = _sums_by_account(account_ids, day=day)
        for account_id in account_ids:
            changes.note(before.get(account_id, Counter()), after.get(account_id, Counter()))
    return changes if changes.accounts else None


def _sums_by_account(account_ids: Sequence[int], *, day: date) -> dict[int, Sums]:
    found: dict[int, Sums] = {}
    rows = RevenueMovement.objects.filter(account_id__in=account_ids, effective_on__lte=day)
    sums = rows.order_by().values_list("account_id", "kind", "currency")
    for account_id, kind, currency, amount in sums.annotate(Sum("amount_minor")):
        if amount:
            found.setdefault(account_id, Counter())[kind, currency] = amount
    return found
